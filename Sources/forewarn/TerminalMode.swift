import ControlProtocol
import Glibc

/// The terminal without line editing and echo, on its other screen; given back however the program ends.
final class TerminalMode: Sendable {
  /// Written once, before any handler that reads it is there: a lock could be held by the very thread a signal stops.
  nonisolated(unsafe) private static var original: termios?

  init() throws {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else {
      throw Failure(.failed, "the terminal can't be asked for its settings: \(String(cString: strerror(errno)))")
    }
    Self.original = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    // Ctrl-C and an end from outside leave the terminal as it was, too.
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        TerminalMode.restoreNow()
        _exit(128 + number)
      }
    }
    StandardStreams.print("\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J")
  }

  func restore() { Self.restoreNow() }

  private static func restoreNow() {
    let bytes: StaticString = "\u{1b}[?25h\u{1b}[?1049l"
    _ = write(STDOUT_FILENO, bytes.utf8Start, bytes.utf8CodeUnitCount)
    if var before = original { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
  }

  static func size() -> (width: Int, height: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// What was typed, or nothing when the time is over. An ended input is a `q`.
  static func input(waitingMilliseconds: Int32) -> [UInt8] {
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, waitingMilliseconds) > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    return count > 0 ? Array(bytes[..<count]) : count == 0 ? [UInt8(ascii: "q")] : []
  }
}
