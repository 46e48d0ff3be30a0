import Dispatch
import Glibc

/// Ctrl-C and SIGTERM cancel a task instead of ending the process: what is finished is kept, what is in hand leaves nothing.
/// Made outside of the main actor, since the signal's handler runs on a queue of its own.
struct Interruption {
  private let sources: [any DispatchSourceSignal]

  init(cancels task: Task<Int32, Never>) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { task.cancel() }
      source.resume()
      return source
    }
  }

  func end() { sources.forEach { $0.cancel() } }
}
