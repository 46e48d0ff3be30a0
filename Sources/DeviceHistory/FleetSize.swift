import Vocabulary

/// Which devices are known, and by more than their own word: what a bound on made-up ids needs.
extension FleetHistory {
  package func knows(_ device: String) -> Bool { number(of: device) != nil }

  /// Known by its reports alone: neither a state nor an import has told anything of it.
  package func isUnregistered(_ device: String) -> Bool { facts(of: device) == Facts() }
}
