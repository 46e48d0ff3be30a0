import ControlProtocol
import Terminal

/// Why a command didn't do what it was asked to, as its user is told.
struct Failure: Error {
  var status: ExitStatus
  /// Empty where everything was said already and only the status is left to give.
  var message: String
  /// What to do next.
  var advice: String

  init(_ status: ExitStatus, _ message: String, advice: String = "") {
    self.status = status
    self.message = message
    self.advice = advice
  }

  init(_ error: ControlError) {
    var message = error.message
    if case .notAnswering(let socket, let seconds) = error, let process = ListeningProcess.id(at: socket) {
      message = "forewarnd runs as pid \(process), but doesn't answer on \(socket) within \(Phrase.decimal(seconds)) s"
    }
    self.init(error.exitStatus, message, advice: error.advice)
  }

  /// Ends with a status, silently.
  static func silently(_ status: ExitStatus) -> Failure { Failure(status, "") }

  func tell(about subject: String? = nil) {
    guard !message.isEmpty else { return }
    let prefix = subject.map { "forewarn: \($0): " } ?? "forewarn: "
    StandardStreams.remark(prefix + Phrase.printable(message))
    for line in advice.split(separator: "\n") { StandardStreams.remark("  " + Phrase.printable(String(line))) }
  }
}
