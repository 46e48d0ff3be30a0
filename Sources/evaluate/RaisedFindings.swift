import Vocabulary

/// Findings as they were raised and rewritten in the course of a run.
struct RaisedFindings {
  /// By id, each with its versions in the order of time.
  private(set) var versions: [String: [Finding]] = [:]

  mutating func take(_ finding: Finding) { versions[finding.id, default: []].append(finding) }

  /// Those that were ever confirmed, by the word of their confirmation; sorted by id.
  var confirmed: [RaisedFinding] {
    versions.keys.sorted().compactMap { id in
      guard let all = versions[id], let first = all.first(where: { $0.detectedAt != nil }), let at = first.detectedAt
      else { return nil }
      return RaisedFinding(first: first, detectedAt: at, versions: all)
    }
  }
}

struct RaisedFinding {
  /// As it read when it was confirmed.
  var first: Finding
  var detectedAt: EventTime
  var versions: [Finding]

  /// What was shown at a time, or at its confirmation if that came later.
  func shown(at time: EventTime) -> Finding {
    let moment = max(time, detectedAt)
    return versions.last { $0.updatedAt <= moment } ?? first
  }
}
