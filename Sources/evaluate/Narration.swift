import Foundation

/// What is told meanwhile, on standard error: the table alone goes to standard output.
enum Narration {
  static let isTerminal = isatty(2) == 1

  static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  static func overwrite(_ line: String) { FileHandle.standardError.write(Data("\r\(line)\u{1b}[K".utf8)) }
}
