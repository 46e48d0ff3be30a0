import ControlProtocol
import Vocabulary

/// The machine under the daemon: files that others may read or change, certificates, limits, the service's sandbox.
enum HostChecks {
  static let all = [certificates, secrets, stateDirectory, profilesFolder, openFiles, memory, sandbox]

  /// Long enough for a new one to be ordered.
  private static let certificateDays: Int64 = 21
  private static let fullestShare = 0.8

  static let certificates = Check("certificates") { patient in
    var ends: [(expires: EventTime, certificate: HostFacts.Certificate)] = []
    for certificate in patient.host.certificates {
      switch certificate.expires {
      case .success(let time): ends.append((time, certificate))
      case .failure(let trouble):
        return .fault(
          "\(certificate.key) \(certificate.path) can't be read as certificates in PEM: \(trouble.words)",
          fix: "put a readable one there; the service's user must be let in: ls -l \(certificate.path)")
      }
    }
    guard let first = ends.min(by: { $0.expires < $1.expires }) else { return .sound("none is used") }
    guard first.expires < patient.now + certificateDays * EventTime.day else {
      return .sound("the next one ends on \(first.expires.date)")
    }
    let word = first.expires <= patient.now ? "ended" : "ends"
    return .fault(
      "\(first.certificate.key) \(first.certificate.path) \(word) on \(first.expires.date)",
      fix: "put a new one, and its key, in their place: they are taken within seconds")
  }

  static let secrets = Check("secret-files") { patient in
    let open = patient.host.secrets.filter(\.isOthers)
    guard let first = open.first else { return .sound("no secret can be read by others") }
    return .fault(
      "\(first.key) \(first.path) can be read by everyone on this machine", fix: "chmod o-rwx \(first.path)")
  }

  static let stateDirectory = Check("state-directory") { patient in
    let files = patient.host.folders.filter { $0.key == "state_directory" }
    let database = patient.host.database.map { [$0] } ?? []
    guard let open = files.first(where: \.isWritableByOthers) ?? database.first(where: \.isOthers) else {
      return .sound("only the service and its group may read or change it")
    }
    return .fault(
      "\(open.path), which holds what customers' devices said, is open to everyone on this machine",
      fix: "chmod o-rwx \(open.path)")
  }

  /// Who can write a profile decides what is replaced.
  static let profilesFolder = Check("profiles-folder") { patient in
    let open = patient.host.folders.filter { $0.key != "state_directory" && $0.isWritableByOthers }
    guard let first = open.first else { return .sound("nobody else may change profiles and policies") }
    return .fault("everyone on this machine may change \(first.path)", fix: "chmod o-w \(first.path)")
  }

  static let openFiles = Check("open-files") { patient in
    guard let count = patient.host.openFiles, let limit = patient.host.openFilesLimit else {
      return .sound("not known")
    }
    let text = "\(count) of at most \(limit)"
    guard Double(count) > fullestShare * Double(limit) else { return .sound(text) }
    return .fault(text, fix: "raise LimitNOFILE of the unit: systemctl edit forewarnd")
  }

  static let memory = Check("memory") { patient in
    guard let resident = patient.host.residentBytes else { return .sound("not known") }
    guard let limit = patient.host.memoryLimitBytes else { return .sound("\(resident >> 20) MB; no limit is set") }
    let text = "\(resident >> 20) of at most \(limit >> 20) MB"
    guard Double(resident) > fullestShare * Double(limit) else { return .sound(text) }
    return .fault(
      text, fix: "raise MemoryMax of the unit (systemctl edit forewarnd), or split the fleet between daemons")
  }

  static let sandbox = Check("sandbox") { patient in
    guard patient.host.isService else { return .sound("not run by systemd") }
    guard patient.host.hasNoNewPrivileges == false || patient.host.hasSystemCallFilter == false else {
      return .sound("no new privileges, and only the system calls that it needs")
    }
    return .fault(
      "the unit runs without its sandbox", fix: "use the shipped unit: systemctl revert forewarnd, then restart it")
  }
}
