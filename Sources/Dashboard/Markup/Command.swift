/// What to type for the same: words for a POSIX shell, quoted where they need it.
package enum Command {
  package static func line(_ words: String...) -> String { words.map(quoted).joined(separator: " ") }
  package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-._:/=,+@".utf8.contains(byte)
        }
      }
    return isPlain
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  static func element(_ line: String) -> HTML {
    "<p class=\"command\"><span>As a command</span> <code tabindex=\"0\">\(line)</code></p>"
  }

  static func list(_ lines: [String]) -> HTML {
    Elements.list(lines.map { "<code tabindex=\"0\">\($0)</code>" })
  }
}
