import Foundation
import Synchronization
import Testing

/// A mosquitto of its own in a temporary folder, on a free loopback port. Ends with the object.
final class TestBroker: @unchecked Sendable {
  // Process and its pipes are touched by the test's thread alone; the log by a condition.
  let port: UInt16
  let folder: URL
  private let configuration: String
  private var process: ChildProcess?
  private let log = Signalled("")

  var url: String { "mqtt://127.0.0.1:\(port)" }
  var socketPath: String { folder.appendingPathComponent("broker.sock").path }

  /// `options` are lines of mosquitto's configuration; `listener` replaces the plain TCP listener.
  init(options: [String] = ["allow_anonymous true", "max_queued_messages 0"], listener: [String]? = nil) throws {
    let port = try TestBroker.freePort()
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("broker-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let fixed = [
      "user root", "persistence true", "persistence_location FOLDER/", "log_dest stderr", "log_type error",
      "log_type warning", "log_type notice", "log_type information", "sys_interval 1",
    ]
    let lines = (listener ?? ["listener PORT 127.0.0.1"]) + fixed + options + [""]
    configuration = lines.joined(separator: "\n")
      .replacingOccurrences(of: "PORT", with: "\(port)").replacingOccurrences(of: "FOLDER", with: folder.path)
    self.port = port
    self.folder = folder
  }

  deinit {
    stop()
    do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path): \(error)") }
  }

  func start() throws {
    let path = folder.appendingPathComponent("mosquitto.conf")
    try configuration.write(to: path, atomically: true, encoding: .utf8)
    let pipe = Pipe()
    log.change { $0 = "" }
    let log = log
    pipe.fileHandleForReading.readabilityHandler = { handle in
      let bytes = handle.availableData
      if bytes.isEmpty { handle.readabilityHandler = nil }
      log.change { $0 += String(decoding: bytes, as: UTF8.self) }
    }
    process = try ChildProcess("/usr/sbin/mosquitto", ["-c", path.path], standardError: pipe)
    try #require(log.wait { $0.contains(" running") }, "mosquitto did not start: \(log.value)")
  }

  /// Ends the broker; it saves its sessions.
  func stop() {
    process?.end()
    process = nil
  }

  /// Its connections stay, and nothing comes over them any more, until `resume`.
  func pause() { process?.signal(SIGSTOP) }
  func resume() { process?.signal(SIGCONT) }

  /// Waits until the broker has logged `text`.
  func hasLogged(_ text: String) -> Bool { log.wait { $0.contains(text) } }

  static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(isBound)
    return UInt16(bigEndian: address.sin_port)
  }
}

/// A running tool, started with no signal blocked: a test's thread blocks all, the tool would inherit that and never
/// hear of SIGTERM.
struct ChildProcess {
  private let process = Process()
  private let exitStatus = Signalled<Int32?>(nil)

  init(_ tool: String, _ arguments: [String], standardError: Any = FileHandle.nullDevice) throws {
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = standardError
    let exitStatus = exitStatus
    process.terminationHandler = { process in exitStatus.change { $0 = process.terminationStatus } }
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  /// The exit status; `nil`: still running after 30 s.
  func wait() -> Int32? {
    _ = exitStatus.wait { $0 != nil }
    return exitStatus.value
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Asks again until it is heard: mosquitto forgets a SIGTERM that comes just after it said that it runs.
  func end() {
    for _ in 0..<20 {
      process.terminate()
      if exitStatus.wait(seconds: 0.5, until: { $0 != nil }) { return }
    }
    kill(process.processIdentifier, SIGKILL)
    _ = wait()
  }
}

/// A value that threads change and wait for.
final class Signalled<Value>: @unchecked Sendable {
  // All access is under the condition's lock.
  private let condition = NSCondition()
  private var content: Value

  init(_ content: Value) { self.content = content }

  var value: Value {
    condition.lock()
    defer { condition.unlock() }
    return content
  }

  @discardableResult
  func change<Result>(_ body: (inout Value) -> Result) -> Result {
    condition.lock()
    defer { condition.unlock() }
    let result = body(&content)
    condition.broadcast()
    return result
  }

  /// Waits until `isMet`; false: not within `seconds`.
  func wait(seconds: Double = 30, until isMet: (Value) -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while !isMet(content) {
      guard condition.wait(until: deadline) else { return isMet(content) }
    }
    return true
  }
}
