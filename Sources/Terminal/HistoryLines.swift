import Vocabulary

/// A history, one entry a line and its reason wrapped below.
enum HistoryLines {
  static func lines(_ history: [Ticket.Change], on screen: Screen) -> [String] {
    history.flatMap { change in
      var what = Phrase.printable(change.change)
      switch (change.from, change.to) {
      case (let from?, let to?): what += " \(Phrase.printable(from)) → \(Phrase.printable(to))"
      case (nil, let to?): what += " \(Phrase.printable(to))"
      case (let from?, nil): what += " (was \(Phrase.printable(from)))"
      case (nil, nil): break
      }
      let entry = "  \(screen.moment(change.at))  \(Phrase.printable(change.actor))  \(what)"
      guard let reason = change.reason, !reason.isEmpty else { return [entry] }
      return [entry] + Layout.wrapped(reason, width: screen.width, indent: "    ")
    }
  }
}
