package import Vocabulary

/// What may be done with a belief, and how far a number must move before a case changes. Every default works.
package struct TriagePolicy: Sendable, Hashable {
  /// `off`: findings only. `propose`: tickets wait until an operator acknowledges or releases them. `send`: they open.
  package enum CareMode: String, Sendable, Codable, CaseIterable {
    case off, propose, send
  }

  package var careMode: CareMode = .propose

  /// New tickets of one finding (or of no finding, a failure mode) in one pass. A finding of a whole fleet must neither
  /// flood the desk nor make one transaction of a million tickets; the rest follow with the next passes, the likeliest
  /// failures first.
  package var maximumTicketsAPass = 1000

  /// Hysteresis: a ticket on which nobody acted is withdrawn below this share of its break-even probability.
  package var withdrawalShare = 0.5
  /// Hysteresis: a finding clears below this probability, if its sequential gate is closed too. It opens at 0.99.
  package var clearingProbability = 0.5
  /// Hysteresis in time: a confirmed finding stands so many days at least. The first days of a defect are few data, and its
  /// gates may close and open again; whoever was told of it must not be told the contrary the next morning.
  package var clearingDays = 7.0
  /// Hysteresis: a ticket's kind changes only for a remedy that costs less than this share of its present one.
  package var switchingShare = 0.9

  /// A device without a finding gets a ticket only if even the low end of its interval reaches this,
  package var ownProbability = 0.5
  /// and this many times the probability of a new unit (a mode in which every device fails is no device's defect),
  package var ownExcess = 2.0
  /// and the device itself failed this way so often.
  package var ownOnsets = 2

  /// P(rate ratio < 1.15) from which a fix rests on evidence.
  package var fixProbability = 0.95

  /// Relative movement of a probability, rate ratio or count from which a case is written again.
  package var noticeableShare = 0.1

  /// How long a device must have run a fix before it counts as cured, or the fix as failed.
  package var observationDays = 7.0
  /// How long a ticket rests on hold if no date is named.
  package var holdDays = 7.0
  /// A resolved ticket closes by itself after this.
  package var closingDays = 14.0

  /// How a finding's tickets are let out.
  package var waves = WavePolicy()
  /// Who answers for a ticket, and by when.
  package var clocks = ClockPolicy()

  /// What absent consent to be contacted means, by region.
  package var contactConsent = ConsentPolicy()
  /// In which currency a region's tickets count.
  package var currencies = RegionalCurrencies()

  package init() {}

  /// Whether an operator would see the difference; the one rule for findings and tickets alike.
  func isNoticeable(_ old: Double, _ new: Double) -> Bool {
    abs(new - old) > noticeableShare * max(abs(old), abs(new))
  }
}

extension Double {
  var daysInMilliseconds: Int64 { Int64(self * Double(EventTime.day)) }
}
