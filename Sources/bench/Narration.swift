import Foundation

/// What is going on, on standard error; the table alone goes to standard output.
enum Narration {
  private static let began = ContinuousClock.now

  static func say(_ words: String) {
    let seconds = Int((ContinuousClock.now - began) / .seconds(1))
    write(String(format: "%4d s  ", seconds) + words + "\n")
  }

  static func complain(_ words: String) { write("bench: \(words)\n") }

  private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
}
