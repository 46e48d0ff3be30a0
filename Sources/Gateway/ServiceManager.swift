import CSystemd

/// What systemd is told (Type=notify, WatchdogSec): nothing happens where it isn't the parent.
enum ServiceManager {
  static func ready(_ status: String) { notify("READY=1\nSTATUS=\(status)") }
  static func status(_ status: String) { notify("STATUS=\(status)") }
  /// Not ready yet because the broker isn't there: no reason to be started again and again.
  static func stillStarting(_ status: String) { notify("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=\(status)") }
  static func stopping() { notify("STOPPING=1\nSTATUS=finishing the batch in hand") }
  /// Fed only while the engine makes progress: a hang is ended by systemd.
  static func feedWatchdog() { notify("WATCHDOG=1") }

  static func reloading() {
    notify("RELOADING=1\nMONOTONIC_USEC=\(Int64(WallClock.monotonicSeconds() * 1e6))")
  }

  private static func notify(_ state: String) {
    _ = sd_notify(0, state)
  }
}
