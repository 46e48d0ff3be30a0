import Foundation
import Rig

/// Packets that get lost: a rule of nftables for one port of the loopback, in the network that `make faults` has for itself.
struct LossyNetwork {
  static let isPossible = FaultRuns.haveOwnNetwork && Executable.isInstalled("nft")

  let port: UInt16

  init(port: UInt16) async throws {
    self.port = port
    try await Self.nft("add table ip faults")
    try await Self.nft("add chain ip faults input { type filter hook input priority 0; }")
  }

  /// Of every packet to or from the port so many percent never arrive.
  func lose(percent: Int) async throws {
    try await restore()
    for side in ["dport", "sport"] {
      let some = percent < 100 ? "numgen random mod 100 < \(percent) " : ""
      try await Self.nft("add rule ip faults input tcp \(side) \(port) \(some)drop")
    }
  }

  func restore() async throws { try await Self.nft("flush chain ip faults input") }

  private static func nft(_ command: String) async throws {
    try await CommandRun.system("nft", command.split(separator: " ").map(String.init)).succeeded()
  }
}
