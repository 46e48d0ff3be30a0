import CUnreliableDisk

/// The state directory's disk.
struct UnreliableDisk {
  private(set) var isArmedForDeath = false
  private(set) var cut: UInt64?

  static func install() throws(SimulationFault) {
    let code = unreliable_disk_install()
    guard code == 0 else { throw SimulationFault("SQLite doesn't take the simulated disk: code \(code)") }
  }

  init(folder: String) { unreliable_disk_watch(folder) }

  var isDead: Bool { unreliable_disk_is_dead() != 0 }
  var failures: Int { Int(unreliable_disk_failures()) }

  mutating func arm(_ trouble: Step.Trouble, after: Int, length: Int, cut: UInt64?) {
    let kind =
      switch trouble {
      case .death: UNRELIABLE_DISK_DEATH
      case .tornDeath: UNRELIABLE_DISK_TORN_DEATH
      case .ioErrors: UNRELIABLE_DISK_IO_ERRORS
      case .full: UNRELIABLE_DISK_FULL
      }
    isArmedForDeath = trouble == .death || trouble == .tornDeath
    self.cut = cut
    unreliable_disk_arm(kind, Int64(after), Int64(length))
  }

  mutating func kill(cut: UInt64?) {
    self.cut = cut
    unreliable_disk_kill()
  }

  mutating func disarm() {
    isArmedForDeath = false
    unreliable_disk_disarm()
  }

  /// For the next process.
  mutating func revive() throws(SimulationFault) {
    isArmedForDeath = false
    let code = unreliable_disk_revive(cut == nil ? 0 : 1, cut ?? 0)
    guard code >= 0 else { throw SimulationFault("the simulated power cut can't write the files") }
    cut = nil
  }
}

/// A promise that was broken.
package struct SimulationFault: Error, CustomStringConvertible {
  package var description: String
  init(_ description: String) { self.description = description }
}
