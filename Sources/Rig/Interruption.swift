import Dispatch
import Glibc

/// Ctrl-C and SIGTERM cancel a task instead of ending the process, so that everything it owns is ended and removed, and what is
/// finished is kept.
/// Made outside of the main actor, since the signal's handler runs on a queue of its own.
package struct Interruption {
  private let sources: [any DispatchSourceSignal]

  package init(cancels task: Task<Int32, Never>) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { task.cancel() }
      source.resume()
      return source
    }
  }

  package func end() { sources.forEach { $0.cancel() } }
}
