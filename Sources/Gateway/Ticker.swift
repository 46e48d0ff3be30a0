import ServiceLifecycle

/// Lets the engine look at the clock once a second, and systemd know that it still makes progress.
struct Ticker: Service {
  let engine: Engine
  let board: Board

  func run() async throws {
    let pause = Duration.seconds(Limits.tickSeconds)
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        // Cancelled at a shutdown: the loop ends by its condition.
        try? await Task.sleep(for: pause)
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
