import ServiceLifecycle

/// Lets the engine look at the clock once a second, and systemd know that it still makes progress.
struct Ticker: Service {
  let engine: Engine
  let board: Board

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await WallClock.pause(seconds: Limits.tickSeconds)
        if Task.isCancelled { return }
        await engine.tick()
        ServiceManager.feedWatchdog()
        if !board.read(\.broker.hasBeenReady) {
          ServiceManager.stillStarting(board.read(\.broker.lastError) ?? "connecting to the broker")
        }
      }
    }
  }
}
