import CheckedYAML
import ControlProtocol
import Foundation
package import Triage

/// What people write for the daemon, read from bytes: for the fuzzers, which have no files and no sockets. `nil`: refused.
package enum InputReading {
  package static func configuration(_ bytes: [UInt8]) -> Configuration? {
    read(bytes) { ConfigurationReader(keys: $0).configuration() }
  }

  package static func messages(_ bytes: [UInt8]) -> MessageCatalogue? {
    do throws(YAMLFaults) {
      return try MessageFolder.catalogue(YAMLFile(name: "xx.yaml", bytes: bytes), locale: "xx")
    } catch {
      return nil
    }
  }

  package static func isPolicy(_ bytes: [UInt8]) -> Bool {
    do throws(YAMLFaults) {
      _ = try RegionalPolicy.read(YAMLFile(name: "policy.yaml", bytes: bytes))
      return true
    } catch {
      return false
    }
  }

  /// The body of a request, as each of the routes that take one reads it.
  package static func requestsRead(_ bytes: [UInt8]) -> Int {
    func isRead(_ type: (some Decodable).Type) -> Bool {
      do {
        _ = try JSONDecoder().decode(type, from: Data(bytes))
        return true
      } catch {
        return false
      }
    }
    return [isRead(ActionRequest.self), isRead(BatchActionRequest.self), isRead(DiagnoseRequest.self)].count { $0 }
  }

  private static func read<Value>(_ bytes: [UInt8], _ schema: (YAMLMapping) -> Value?) -> Value? {
    do throws(YAMLFaults) {
      return try YAMLFile(name: "input.yaml", bytes: bytes).read(schema)
    } catch {
      return nil
    }
  }
}
