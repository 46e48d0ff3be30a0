import Foundation

/// What is told meanwhile, on standard error: the table alone goes to standard output.
enum Narration {
  static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
