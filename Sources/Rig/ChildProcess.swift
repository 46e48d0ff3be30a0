import Foundation
import Synchronization

/// How a process ended.
package enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
  case code(Int32)
  case signal(Int32)

  /// As a shell has it in `$?`: 128 + the signal's number where a signal ended the process.
  package var shellStatus: Int32 {
    switch self {
    case .code(let code): code
    case .signal(let number): 128 + number
    }
  }

  package var description: String {
    switch self {
    case .code(let code): "exit status \(code)"
    case .signal(let number): "ended by signal \(number)"
    }
  }
}

/// A process that can't outlive its owner: it is killed when this object goes, and gets SIGTERM from the kernel when the
/// whole process dies (through `setpriv --pdeathsig`; where that tool is missing, only the first holds).
///
/// What it prints goes to files, so that a full pipe never stalls it. It has a process group of its own: Ctrl-C on a
/// terminal reaches the owner alone, who ends things in order.
package final class ChildProcess: Sendable {
  package let processID: Int32
  package let commandLine: String
  private let outputs: String?
  private let ended = Mutex<ExitStatus?>(nil)

  /// - Parameter outputs: path without extension; `.out` and `.err` are written there, anew at each start. `nil`: it
  ///   prints where its owner prints.
  package static func start(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    standardInput: String = "/dev/null",
    outputs: String?
  ) async throws -> ChildProcess {
    let guarded = Executable.systemIfInstalled("setpriv").map { [$0, "--pdeathsig", "TERM", "--"] } ?? []
    let words = guarded + [executable] + arguments
    let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    let processID = try await LauncherThread.shared.run {
      try spawn(words, variables: variables, input: standardInput, outputs: outputs)
    }
    return ChildProcess(
      processID: processID, commandLine: ([executable] + arguments).joined(separator: " "), outputs: outputs)
  }

  private init(processID: Int32, commandLine: String, outputs: String?) {
    self.processID = processID
    self.commandLine = commandLine
    self.outputs = outputs
  }

  deinit {
    if exitStatus == nil, Self.endsInOrder { endInOrder() }
    if exitStatus == nil { endNow() }
  }

  /// Whoever counts which lines run (`Tests/Coverage/run`) needs processes that can write it down.
  private static let endsInOrder = ProcessInfo.processInfo.environment["FOREWARN_END_IN_ORDER"] != nil

  /// SIGTERM to all of them; returns when the first has ended, killed after three seconds if need be. It isn't reaped before the
  /// killer is called off, so that its number is nobody else's.
  private func endInOrder() {
    kill(-processID, SIGTERM)
    let (number, killer) = (processID, DispatchSource.makeTimerSource())
    killer.setEventHandler { kill(number, SIGKILL) }
    killer.schedule(deadline: .now() + 3)
    killer.activate()
    var information = siginfo_t()
    while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    killer.cancel()
  }

  /// `nil` while it runs.
  package var exitStatus: ExitStatus? { ended.withLock { reap(into: &$0, options: WNOHANG) } }

  package var standardOutput: String { text(".out") }
  package var standardError: String { text(".err") }

  /// Sends a signal, unless the process has ended (its number may be someone else's by then).
  package func signal(_ number: Int32) {
    ended.withLock { status in
      if reap(into: &status, options: WNOHANG) == nil { kill(processID, number) }
    }
  }

  /// SIGKILL to it and to all that it started; returns when it is gone.
  package func endNow() {
    ended.withLock { status in
      guard reap(into: &status, options: WNOHANG) == nil else { return }
      kill(-processID, SIGKILL)
      kill(processID, SIGKILL)
      _ = reap(into: &status, options: 0)
    }
  }

  package func exit(within limit: Duration) async throws -> ExitStatus {
    try await answer(within: limit, every: .milliseconds(5), else: { "\(commandLine) ends" }) { exitStatus }
  }

  private func reap(into status: inout ExitStatus?, options: Int32) -> ExitStatus? {
    if status != nil { return status }
    var word: Int32 = 0
    var result = waitpid(processID, &word, options)
    while result < 0, errno == EINTR { result = waitpid(processID, &word, options) }
    guard result == processID else { return nil }
    // The layout that the macros WIFEXITED and WEXITSTATUS of <sys/wait.h> take apart.
    let signal = word & 0x7f
    status = signal == 0 ? .code((word >> 8) & 0xff) : .signal(signal)
    return status
  }

  private func text(_ ending: String) -> String {
    guard let outputs, let bytes = FileManager.default.contents(atPath: outputs + ending) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}

private func spawn(
  _ words: [String], variables: [String: String], input: String, outputs: String?
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
  if let outputs {
    let mode = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, outputs + ".out", mode, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, outputs + ".err", mode, 0o600)
  }

  // Whatever this process ignores or blocks, the child starts with nothing of it.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setpgroup(&attributes, 0)
  let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
  posix_spawnattr_setflags(&attributes, Int16(flags))

  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { (arguments + environment).forEach { free($0) } }
  var processID: pid_t = 0
  keepOwnDescriptors()
  let failure = posix_spawn(&processID, words[0], &actions, &attributes, &arguments, &environment)
  guard failure == 0 else { throw RigError.system(failure, "cannot start \(words.joined(separator: " "))") }
  return processID
}

/// A child that inherited one of our sockets would keep it open after we closed it, and its peer would wait for ever.
private func keepOwnDescriptors() {
  guard let folder = opendir("/proc/self/fd") else { return }
  defer { closedir(folder) }
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard let descriptor = Int32(name), descriptor > 2 else { continue }
    let flags = fcntl(descriptor, F_GETFD)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
  }
}
