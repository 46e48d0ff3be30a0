/// A topic filter of MQTT: levels between slashes, `+` for any one of them, `#` at the end for the rest.
package struct TopicFilter: Sendable, Hashable, CustomStringConvertible {
  package let description: String
  private let levels: [Substring]

  /// `nil`: it is none (MQTT 5, 4.7.1).
  package init?(_ text: String) {
    guard (1...65_535).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
    description = text
    levels = text.split(separator: "/", omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      if level.contains("#"), level != "#" || index != levels.count - 1 { return nil }
      if level.contains("+"), level != "+" { return nil }
    }
  }

  /// Whether some topic matches both: a broker may deliver its messages twice then, once for each subscription.
  package func overlaps(_ other: TopicFilter) -> Bool {
    // A wildcard in the first level matches no topic that begins with `$` (4.7.2).
    if levels[0].hasPrefix("$") || other.levels[0].hasPrefix("$"), levels[0] != other.levels[0] { return false }
    var index = 0
    while true {
      let (mine, theirs) = (level(index), other.level(index))
      if mine == "#" || theirs == "#" { return true }
      guard let mine, let theirs else {
        // `a/#` matches `a` as well.
        return mine == nil && theirs == nil
      }
      guard mine == theirs || mine == "+" || theirs == "+" else { return false }
      index += 1
    }
  }

  private func level(_ index: Int) -> Substring? { index < levels.count ? levels[index] : nil }
}
