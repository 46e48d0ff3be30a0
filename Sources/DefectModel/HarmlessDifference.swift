/// By how much a sound batch differs from the others: its hazard is θ times theirs, always has been, and nobody would call it
/// a defect. What is bet against is not that a batch is as the others, but that it goes on as it is.
///
/// θ is gamma with mean 1 and standard deviation 10 % beforehand, and is learnt from the batch's own past: with π the share of a
/// stratum's expected onsets d that a batch like all others had, o its own, O = Σ o (1 − π) and E = Σ (d − o) π (the two sums
/// of the Mantel–Haenszel ratio O / E), the mean is h = (100 + O) / (100 + E). It is held within 1 (no batch shall pay for having
/// been good) and 1.3 (from there on it is a defect). As h of the past is E[θ | past], a bet of λ against h is about fair
/// over all sound batches, not against each: the few at 1.3 pay less than they win, until their past has told.
///
/// What it costs: a defect is learnt as well. A batch that turns three times as bad with an expected onset a day, of an age of 60
/// days, is allowed (100 + 60 + 30) / (100 + 60 + 10) = 1.12 after ten days; one at 1.8 is allowed 1.13 after a month.
struct HarmlessDifference: Hashable, Sendable {
  /// 1 / 0.1²: onsets that the knowledge beforehand is worth.
  static let prior = 100.0
  static let most = 1.3

  /// O and E.
  var onsets = 0.0
  var expected = 0.0

  /// h.
  var ratio: Double { min(max((Self.prior + onsets) / (Self.prior + expected), 1), Self.most) }

  mutating func learn(from bet: SuspectBets.Bet) {
    onsets += bet.onsets * (1 - bet.share)
    expected += (bet.total - bet.onsets) * bet.share
  }
}
