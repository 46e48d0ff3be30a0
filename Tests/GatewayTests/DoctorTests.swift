import CaseStore
import ControlProtocol
import Foundation
import Rig
import Testing
import Vocabulary

@testable import Gateway

/// Each check by itself: what is sound, what is a fault, and what mends it.
struct DoctorTests {
  private static let now = EventTime(seconds: 1_763_856_000)  // 2025-11-23

  private func patient(_ change: (inout Patient) -> Void) throws -> Patient {
    let directory = FileManager.default.temporaryDirectory.appending(path: "doctor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
    }
    let store = try CaseDatabase(directory: directory.path)
    let reporter = StatusReporter(
      board: Board(), store: store, configuration: RunningConfiguration(Configuration()),
      startedAt: EventTime(milliseconds: 0))
    var patient = Patient(
      status: reporter.report(), store: store.condition(), losses: BrokerLosses(), missingMessages: [:], now: Self.now)
    change(&patient)
    return patient
  }

  private func isFault(_ check: Check, fix: String, _ change: (inout Patient) -> Void) throws -> Bool {
    #expect(check.look(try patient { _ in }).isSound, "\(check.name) of a sound daemon")
    guard case .fault(let detail, let advice) = check.look(try patient(change)) else { return false }
    return !detail.isEmpty && advice.contains(fix)
  }

  @Test func `there are at least twenty checks, each with a name of its own`() {
    #expect(Doctor.checks.count >= 20 && Set(Doctor.checks.map(\.name)).count == Doctor.checks.count)
  }

  @Test func `a certificate that ends within three weeks is told, one that ended too`() throws {
    for days in [20, -1] as [Int64] {
      #expect(
        try isFault(HostChecks.certificates, fix: "in their place") {
          $0.host.certificates = [
            .init(key: "broker.ca_file", path: "/a.pem", expires: .success(Self.now + 400 * EventTime.day)),
            .init(key: "broker.certificate_file", path: "/b.pem", expires: .success(Self.now + days * EventTime.day)),
          ]
        })
    }
    let sound = HostChecks.certificates.look(
      try patient {
        $0.host.certificates = [.init(key: "k", path: "/b.pem", expires: .success(Self.now + 22 * EventTime.day))]
      })
    #expect(sound == .sound("the next one ends on 2025-12-15"))
  }

  @Test func `a certificate that can't be read is a fault with its cause`() throws {
    #expect(
      try isFault(HostChecks.certificates, fix: "ls -l /c.pem") {
        $0.host.certificates = [.init(key: "k", path: "/c.pem", expires: .failure(.init(words: "no such file")))]
      })
  }

  @Test func `what others may read or change is told with the command that ends it`() throws {
    #expect(
      try isFault(HostChecks.secrets, fix: "chmod o-rwx /s") {
        $0.host.secrets = [.init(key: "k", path: "/p", mode: 0o640), .init(key: "k", path: "/s", mode: 0o604)]
      })
    #expect(
      try isFault(HostChecks.stateDirectory, fix: "chmod o-rwx /d/cases.db") {
        $0.host.folders = [.init(key: "state_directory", path: "/d", mode: 0o755)]
        $0.host.database = .init(key: "state_directory", path: "/d/cases.db", mode: 0o644)
      })
    #expect(
      try isFault(HostChecks.profilesFolder, fix: "chmod o-w /f") {
        $0.host.folders = [.init(key: "profiles", path: "/f", mode: 0o777)]
      })
  }

  @Test func `files and memory near their limits, and a unit without its sandbox, are told`() throws {
    #expect(
      try isFault(HostChecks.openFiles, fix: "LimitNOFILE") {
        ($0.host.openFiles, $0.host.openFilesLimit) = (900, 1024)
      })
    #expect(
      try isFault(HostChecks.memory, fix: "MemoryMax") {
        ($0.host.residentBytes, $0.host.memoryLimitBytes) = (900 << 20, 1 << 30)
      })
    #expect(
      try isFault(HostChecks.sandbox, fix: "systemctl revert") {
        ($0.host.isService, $0.host.hasSystemCallFilter) = (true, false)
      })
  }

  @Test func `a pause of more than a day, an outbox that doesn't move and dead letters are told`() throws {
    #expect(try isFault(CareChecks.brake, fix: "care resume") { $0.care.pausedSince = Self.now - 25 * EventTime.hour })
    #expect(
      try isFault(CareChecks.outbox, fix: "outbox list") { $0.care.oldestPending = Self.now - 2 * EventTime.hour })
    #expect(try isFault(CareChecks.deadLetters, fix: "outbox retry") { $0.care.deadLetters = 1 })
    let held = CareChecks.outbox.look(
      try patient {
        $0.care.pausedSince = Self.now - EventTime.hour
        $0.care.oldestPending = Self.now - 2 * EventTime.hour
      })
    #expect(held.isSound, "what a pause holds is the pause's affair")
  }

  @Test func `this process's own facts can be read`() {
    let facts = HostFacts.gathered(Configuration(), databasePath: "/proc/self/exe")
    #expect(facts.openFiles ?? 0 > 2 && facts.openFilesLimit ?? 0 >= facts.openFiles ?? 0)
    #expect(facts.residentBytes ?? 0 > 1 << 20 && facts.hasNoNewPrivileges != nil)
    #expect(facts.database?.mode != nil && facts.certificates.isEmpty)
    // What is no certificate is told with its cause.
    var configuration = Configuration()
    configuration.broker.caFile = "/proc/self/status"
    let certificates = HostFacts.gathered(configuration, databasePath: "/").certificates
    guard case .failure(let trouble)? = certificates.first?.expires else {
      Issue.record("\(certificates)")
      return
    }
    #expect(!trouble.words.isEmpty)
  }
}

/// What is read from real files of certificates.
struct CertificateFactsTests {
  @Test(.enabled(if: Executable.isInstalled("openssl"), "openssl isn't installed"))
  func `of several certificates in a file the one that ends first is told, wherever it stands`() async throws {
    let folder = try ScratchFolder()
    var texts: [String] = []
    for days in [30, 3, 300] {
      let path = folder.path("\(days).pem")
      try await CommandRun.system(
        "openssl",
        [
          "req", "-x509", "-nodes", "-days", "\(days)", "-subj", "/CN=\(days)", "-keyout", folder.path("key"), "-out",
          path,
        ]
          + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
      ).succeeded()
      texts.append(try String(contentsOfFile: path, encoding: .utf8))
    }
    var configuration = Configuration()
    configuration.broker.caFile = try folder.write(texts.joined(separator: "\n# the next\n"), to: "ca.pem")
    let found = HostFacts.gathered(configuration, databasePath: "/").certificates
    guard case .success(let end)? = found.first?.expires else {
      Issue.record("\(found)")
      return
    }
    let days = Double(end.milliseconds - WallClock.now().milliseconds) / 86_400_000
    #expect((2.9...3.0).contains(days), "\(days)")
  }
}

extension Check.Verdict {
  fileprivate var isSound: Bool { if case .sound = self { true } else { false } }
}
