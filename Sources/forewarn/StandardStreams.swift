import Glibc
import Terminal
import Vocabulary

/// Standard output and standard error, as far as a command uses them: results on one, remarks on the other.
enum StandardStreams {
  static func print(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

  static func print(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  static func remark(_ line: String) { write(Array((line + "\n").utf8), to: STDERR_FILENO) }

  /// All of the bytes. A reader that went away (`| head`) has what it wanted: the program ends quietly.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written >= 0 {
          rest = rest.dropFirst(written)
        } else if errno == EPIPE {
          exit(0)
        } else if errno != EINTR {
          let reason = String(cString: strerror(errno))
          // Of the other stream nobody is left to tell.
          if descriptor == STDOUT_FILENO { remark("forewarn: can't write the result: \(reason)") }
          exit(2)
        }
      }
    }
  }

  /// What standard output is laid out for.
  static func screen(colour: OutputOptions.Colour) -> Screen {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    return Screen(
      width: isTerminal ? width() : 80, isTerminal: isTerminal, isColoured: isColoured(colour, isTerminal: isTerminal),
      now: now())
  }

  /// The option, then `NO_COLOR`, then `CLICOLOR_FORCE`, else whether a terminal reads that isn't dumb.
  private static func isColoured(_ colour: OutputOptions.Colour, isTerminal: Bool) -> Bool {
    switch colour {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if !(environment("NO_COLOR") ?? "").isEmpty { return false }
    if !["", "0"].contains(environment("CLICOLOR_FORCE") ?? "") { return true }
    return isTerminal && environment("TERM") != "dumb"
  }

  static func now() -> EventTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return EventTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func width() -> Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
