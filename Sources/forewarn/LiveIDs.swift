import ArgumentParser
import ControlProtocol
import Terminal

/// Ids that the daemon knows, for a shell's completion: of the noun that the line begins with.
enum LiveIDs {
  /// A shell waits for it at each press of the key.
  private static let seconds = 0.2
  private static let mostIDs = 1000

  static let completion = CompletionKind.custom { (words: [String], _: Int, prefix: String) async -> [String] in
    await candidates(words, prefix)
  }

  static func candidates(_ words: [String], _ prefix: String) async -> [String] {
    guard let (path, key) = source(words) else { return [] }
    let client = ControlClient(socket: socket(words), timeoutSeconds: seconds)
    do {
      let body = try await client.send(.init("GET", Route.query(path, [("limit", String(mostIDs))])))
      return try MachineOutput.items(in: body).compactMap { item in
        guard let id = item.text(at: key) ?? item.number(at: key).map({ String(Int($0)) }) else { return nil }
        return id.hasPrefix(prefix) ? id : nil
      }
    } catch {
      // A completion has nowhere to tell of it; the command itself will.
      return []
    }
  }

  /// Where the ids of the line's noun are, and under which name.
  static func source(_ words: [String]) -> (path: String, key: String)? {
    for word in words {
      switch word {
      case "ticket", "tickets": return (Route.tickets, "id")
      case "finding", "findings": return (Route.findings, "id")
      case "device", "devices": return (Route.devices, "device")
      case "batch", "batches": return (Route.batches, "batch")
      case "firmware", "firmwares": return (Route.firmware, "firmware")
      case "profile", "profiles": return (Route.profiles, "product")
      case "quarantine", "quarantines": return (Route.quarantine, "id")
      default: continue
      }
    }
    return nil
  }

  private static func socket(_ words: [String]) -> String {
    if let place = words.firstIndex(of: "--socket"), place + 1 < words.count { return words[place + 1] }
    return Connection.defaultSocketPath
  }
}
