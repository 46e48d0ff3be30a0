import Vocabulary

/// How hard a fleet of the evaluation is.
package enum EvaluationTier: String, Sendable, Codable, CaseIterable {
  /// Relative risks of 2.5 to 4.
  case normal
  /// Relative risks of 1.6 to 2.2.
  case hard
  /// Nothing is planted: whatever is found is false.
  case null

  fileprivate var risks: ClosedRange<Double> { self == .hard ? 1.6...2.2 : 2.5...4 }
}

/// What a fleet of the evaluation is troubled by, besides defects: left out one at a time, it shows what a model stumbles over.
package enum EvaluationTrouble: String, Sendable, Codable, CaseIterable {
  case outages, artefacts, stuck, absences, skewedClocks, silence, drift, ageing, weather, variation, frailty
}

extension FleetPlan {
  /// A fleet to judge the model by: one product (the shipped `echo-dot-5`) in forty batches, whose regions and ages are
  /// entangled, on twelve firmwares; weather, outages, artefacts of measuring, drift, ageing, demonstration devices, skewed
  /// clocks, doubles and late reports. Planted are, each in a failure mode of its own, a bad batch, a bad firmware, a batch
  /// on a firmware, a firmware in humid weather that the next firmware cures, and in turn one of the special stories.
  ///
  /// Days are those of a run of 120 and stretched to the run's length.
  package static func evaluation(
    tier: EvaluationTier, devices: Int, days: Int, seed: UInt64, without troubles: Set<EvaluationTrouble> = []
  ) -> FleetPlan {
    var stream = RandomStream(seed: seed, .scenario)
    var plan = FleetPlan(
      devices: devices, days: days, seed: seed, start: EventTime(milliseconds: 1_741_046_400_000),  // 2025-03-04
      products: [.evaluated(days: days)])
    plan.batchesPerProduct = 40
    plan.batchSpacingDays = 10
    plan.humidFactor = 1.6
    plan.missingShare = 0.05
    plan.lateShare = 0.02
    plan.duplicateShare = 0.01
    plan.silentHazard = 0.0006
    plan.absenceShare = 0.12
    plan.stuckShare = 0.001
    plan.skewedClockShare = 0.01
    plan.wrongClocks = 5
    var scenario = Scenario(tier: tier, plan: plan, stream: stream)
    scenario.plant()
    plan = scenario.plan
    stream = scenario.stream
    plan.troubleSurroundings(&stream)
    for trouble in troubles { plan.leaveOut(trouble) }
    return plan
  }

  private mutating func leaveOut(_ trouble: EvaluationTrouble) {
    switch trouble {
    case .outages: outages = []
    case .artefacts: artefacts = []
    case .stuck: stuckShare = 0
    case .absences: absenceShare = 0
    case .skewedClocks: (skewedClockShare, wrongClocks) = (0, 0)
    case .silence: silentHazard = 0
    case .variation: (batchVariation, firmwareVariation) = (0, 0)
    case .frailty: frailtyShape = 1e6
    case .weather: humidFactor = 1
    case .drift: for mode in products[0].modes.indices { products[0].modes[mode].driftADay = 0 }
    case .ageing: for mode in products[0].modes.indices { products[0].modes[mode].ageingPerYear = 0 }
    }
  }

  /// Outages, announced or not, one of a whole region among them, and artefacts of measuring.
  private mutating func troubleSurroundings(_ stream: inout RandomStream) {
    func day(_ low: Int, _ high: Int) -> Int { stream.whole(low, high) * days / 120 }
    for number in 0..<7 {
      outages.append(
        PlannedOutage(
          carrier: carriers[stream.whole(0, carriers.count - 1)],
          region: regions[stream.whole(0, regions.count - 1)].id, fromHour: day(20, 112) * 24 + stream.whole(0, 23),
          hours: stream.whole(4, 60), isAnnounced: number < 4, share: 0.4 + 0.4 * stream.uniform()))
    }
    let region = regions[stream.whole(0, regions.count - 1)].id
    let hour = day(20, 112) * 24 + stream.whole(0, 23)
    for carrier in carriers {
      outages.append(
        PlannedOutage(carrier: carrier, region: region, fromHour: hour, hours: 6, isAnnounced: false, share: 0.3))
    }
    let modes = products[0].modes.map(\.id).filter { $0 != "wifi-dropout" }
    for _ in 0..<2 {
      let first = day(20, 110)
      artefacts.append(
        PlannedArtefact(
          region: regions[stream.whole(0, regions.count - 1)].id, mode: modes[stream.whole(0, modes.count - 1)],
          days: first..<first + stream.whole(1, 3), share: 0.02 + 0.03 * stream.uniform()))
    }
  }
}

/// What is planted in one fleet of the evaluation.
private struct Scenario {
  let tier: EvaluationTier
  var plan: FleetPlan
  var stream: RandomStream
  private var batches: [Int]
  private var modes: [String]

  private static let special: [PlantedDefect.Story] = [
    .twoInOneMode, .earlyWearOut, .silentBatch, .regionalFirmware, .componentLot, .mislabelledBatches,
  ]
  /// The releases that come out during the run, and how long each is the newest.
  private static let fresh = ["5.8.0", "5.9.0", "5.10.0"]

  init(tier: EvaluationTier, plan: FleetPlan, stream: RandomStream) {
    self.tier = tier
    self.plan = plan
    self.stream = stream
    modes = plan.products[0].modes.map(\.id)
    // Old enough to be in use when the defect begins.
    batches = Array(6...31)
    shuffle()
  }

  private mutating func shuffle() {
    for index in modes.indices.dropLast() { modes.swapAt(index, stream.whole(index, modes.count - 1)) }
    for index in batches.indices.dropLast() { batches.swapAt(index, stream.whole(index, batches.count - 1)) }
  }

  mutating func plant() {
    let special = Self.special[Int(plan.seed % UInt64(Self.special.count))]
    if tier == .null {
      if special == .mislabelledBatches { plan.mislabelledShare = 0.05 }
      if special == .regionalFirmware { addRegionalRelease() }
      return
    }
    add(.badBatch, story: .badBatch, mode: modes[0])
    add(.badFirmware, story: .badFirmware, mode: modes[1])
    // The one that is the newest for the longest time: half of a batch's devices must have had time to fail.
    add(.batchAndFirmware, story: .batchAndFirmware, mode: modes[2], firmware: "5.9.0")
    add(.firmwareAndHumidity, story: .firmwareAndHumidity, mode: modes[3])
    let last = modes[4]
    switch special {
    case .twoInOneMode:
      add(.badBatch, story: special, mode: last)
      add(.badFirmware, story: special, mode: last)
    case .earlyWearOut: addEarlyWearOut(mode: last)
    case .silentBatch: add(.badBatch, story: special, mode: "silent")
    case .regionalFirmware:
      addRegionalRelease()
      add(.badFirmware, story: special, mode: last, firmware: Self.regionalRelease)
    case .componentLot:
      let risk = drawRisk()
      let day = drawDay()
      for _ in 0..<3 { add(.badBatch, story: special, mode: last, risk: risk, fromDay: day) }
    case .mislabelledBatches:
      plan.mislabelledShare = 0.05
      add(.badBatch, story: special, mode: last)
    case .badBatch, .badFirmware, .batchAndFirmware, .firmwareAndHumidity: break
    }
  }

  private mutating func add(
    _ kind: PlantedDefect.Kind, story: PlantedDefect.Story, mode: String, firmware: String? = nil, risk: Double? = nil,
    fromDay: Int? = nil
  ) {
    let relativeRisk = risk ?? drawRisk()
    let start = kind.needsFirmware ? 0 : fromDay ?? drawDay()
    plan.defects.append(
      PlantedDefect(
        kind, story: story, product: plan.products[0].product, mode: mode,
        batch: kind.needsBatch ? batches.removeLast() : nil,
        firmware: kind.needsFirmware ? firmware ?? Self.fresh[stream.whole(0, Self.fresh.count - 1)] : nil,
        relativeRisk: relativeRisk, fromDay: start))
  }

  /// Among the batches that pass their ninetieth day in use, where it begins, in the first half of the run.
  private mutating func addEarlyWearOut(mode: String) {
    var defect = PlantedDefect(
      .earlyWearOut, story: .earlyWearOut, product: plan.products[0].product, mode: mode,
      batch: stream.whole(28, 33), relativeRisk: drawRisk())
    defect.wearsFromAgeDays = 60
    plan.defects.append(defect)
  }

  static let regionalRelease = "5.9.1"

  private mutating func addRegionalRelease() {
    func day(_ day: Int) -> Int { day * plan.days / 120 }
    let region = plan.regions[stream.whole(0, plan.regions.count - 1)].id
    let place = plan.products[0].releases.firstIndex { $0.version == "5.9.0" } ?? 0
    plan.products[0].releases.insert(
      Rollout(
        Self.regionalRelease,
        stages: [
          Rollout.Stage(share: 0.1, day: day(44)), Rollout.Stage(share: 0.5, day: day(50)),
          Rollout.Stage(share: 1, day: day(60)),
        ], region: region), at: place + 1)
  }

  private mutating func drawRisk() -> Double {
    let risks = tier.risks
    return risks.lowerBound + (risks.upperBound - risks.lowerBound) * stream.uniform()
  }

  private mutating func drawDay() -> Int { stream.whole(25, tier == .hard ? 45 : 60) * plan.days / 120 }
}

extension ProductModel {
  /// The shipped Echo Dot with the signals that its failure modes' risk factors look at, and a history of firmware.
  fileprivate static func evaluated(days: Int) -> ProductModel {
    func day(_ day: Int) -> Int { day * days / 120 }
    func mode(_ mode: ModeModel, hazard: Double, ageing: Double = 0, drift: Double = 0) -> ModeModel {
      var mode = mode
      mode.dailyHazard = hazard
      mode.ageingPerYear = ageing
      mode.driftADay = drift * 120 / Double(days)
      return mode
    }
    return ProductModel(
      product: "echo-dot-5", prefix: "ED5", share: 1,
      signals: [
        SignalModel("uptime_s", .uptime), SignalModel("wifi_rssi_dbm", .signalStrength),
        SignalModel("soc_temp_c", .temperature(mean: 64)),
      ],
      // Some drift by half in the run, up or down; loudspeakers and power supplies age.
      modes: [
        mode(.wifiDropout, hazard: 0.0012, drift: 0.0015), mode(.bandSteering, hazard: 0.0014, drift: -0.002),
        mode(.thermalShutdown, hazard: 0.0016), mode(.speakerDropout, hazard: 0.0016, ageing: 0.8),
        mode(.rebootLoop, hazard: 0.0018, ageing: 0.3, drift: 0.002),
      ],
      releases: [
        .staged("5.0.0", -420, -410, -400), .staged("5.1.0", -330, -320, -310), .staged("5.2.0", -270, -260, -250),
        .staged("5.3.0", -210, -200, -190), .staged("5.4.0", -150, -140, -130), .staged("5.5.0", -100, -92, -85),
        .staged("5.6.0", -60, -54, -48), .staged("5.7.0", -24, -18, -10),
        .staged("5.8.0", day(8), day(12), day(17)), .staged("5.9.0", day(34), day(38), day(43)),
        .staged("5.10.0", day(76), day(80), day(85)), .staged("5.11.0", day(104), day(108), day(113)),
      ])
  }
}
