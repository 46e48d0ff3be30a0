import ArgumentParser

/// The command that a mistyped noun or verb comes closest to.
enum Suggestion {
  /// The first word that names no command where one must stand, and the name nearest to it; `nil` if all words are
  /// known or none is near (two letters typed wrong at most).
  static func forMistyped(
    _ arguments: some Sequence<String>, below root: any ParsableCommand.Type
  ) -> (word: String, meant: String)? {
    let words = Array(arguments)
    if words.first == "help", words.count == 2,
      !root.configuration.subcommands.contains(where: { names(of: $0).contains(words[1]) })
    {
      let topics = HelpTopics.all.map(\.name) + ["topics"] + root.configuration.subcommands.flatMap(names)
      guard let near = nearest(to: words[1], in: topics) else { return nil }
      return (words[1], "help " + near)
    }
    var command = root
    var isValue = false
    for word in arguments {
      if isValue {
        isValue = false
      } else if word.hasPrefix("-") {
        // Before the verb only the connection's options may stand, and each takes a value.
        isValue = ["--socket", "--timeout"].contains(word)
      } else {
        let subcommands = command.configuration.subcommands
        guard !subcommands.isEmpty else { return nil }
        guard let next = subcommands.first(where: { names(of: $0).contains(word) }) else {
          return nearest(to: word, in: subcommands.flatMap(names)).map { (word, $0) }
        }
        command = next
      }
    }
    return nil
  }

  private static func nearest(to word: String, in names: [String]) -> String? {
    let near = names.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let near, near.distance <= 2, near.distance < near.name.count else { return nil }
    return near.name
  }

  private static func names(of command: any ParsableCommand.Type) -> [String] {
    [command.configuration.commandName ?? ""] + command.configuration.aliases
  }

  /// Levenshtein's distance: `distance("tikcet", "ticket")` is 2.
  static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let substituted = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
