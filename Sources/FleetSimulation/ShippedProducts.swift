/// The four products of the shipped firmware profiles. The names of signals and events and the thresholds of symptoms
/// are the profiles'; rates, effects and rollouts are this fleet's own, which the gateway never sees.
///
/// Rollouts are given as days of a run of 90 and stretched to the run's length. A version that a profile claims to fix
/// a mode reaches the fleet before the start, except the one that ends the planted firmware defect.
extension ProductModel {
  static func shipped(days: Int) -> [ProductModel] {
    func day(_ ofNinety: Int) -> Int { ofNinety * days / 90 }
    let radio: [SignalModel] = [
      SignalModel("uptime_s", .uptime), SignalModel("wifi_rssi_dbm", .signalStrength),
      SignalModel("wifi_reconnects", .reconnects), SignalModel("wifi_band_steers", .bandSteers),
    ]
    let flash: [SignalModel] = [
      SignalModel("emmc_life_used_pct", .wornShare), SignalModel("emmc_bad_blocks", .badBlocks),
    ]

    let echoDot = ProductModel(
      product: "echo-dot-5", prefix: "ED5", share: 0.45,
      signals: radio + [
        SignalModel("wifi_band", .word(["2g4", "5g"])),
        SignalModel("soc_temp_c", .temperature(mean: 54)),
        SignalModel("thermal_throttle_s", .throttledSeconds),
        SignalModel("free_memory_mb", .level(mean: 310, spread: 40, within: 40...900)),
        SignalModel("audio_buffer_ms", .level(mean: 180, spread: 25, within: 20...600)),
        SignalModel("amplifier_temp_c", .temperature(mean: 41)),
        SignalModel("microphones_muted", .flag(share: 0.06)),
      ],
      modes: [.wifiDropout, .bandSteering, .thermalShutdown, .speakerDropout, .rebootLoop],
      releases: [
        .before("3.1.0", day: -400), .before("3.2.0", day: -150),
        .staged("3.3.0", day(24), day(31), day(42)), .staged("3.4.0", day(74), day(80), day(86)),
      ])
    let fireStick = ProductModel(
      product: "fire-tv-stick-4k-max", prefix: "FTV4KM", share: 0.45,
      signals: radio + [
        SignalModel("wifi_band", .word(["2g4", "5g", "6g"])),
        SignalModel("soc_temp_c", .temperature(mean: 61)),
        SignalModel("thermal_throttle_s", .throttledSeconds),
        SignalModel("free_memory_mb", .level(mean: 420, spread: 60, within: 50...1200)),
      ] + flash + [
        SignalModel("hdmi_hpd_glitches", .count(mean: 0.4)), SignalModel("hdmi_hdcp_retries", .count(mean: 0.8)),
        SignalModel("hdmi_connected", .flag(share: 0.97)),
      ],
      modes: [.hdmiCEC, .hdmiHandshake, .bandSteering, .thermalShutdown, .worn, .rebootLoop],
      releases: [
        .before("4.0.0", day: -300), .before("4.1.0", day: -85), .staged("4.2.0", day(14), day(22), day(34)),
      ])
    let echoShow = ProductModel(
      product: "echo-show-8", prefix: "ES8", share: 0.05,
      signals: radio + [
        SignalModel("soc_temp_c", .temperature(mean: 57)), SignalModel("panel_temp_c", .temperature(mean: 36)),
        SignalModel("thermal_throttle_s", .throttledSeconds),
        SignalModel("free_memory_mb", .level(mean: 900, spread: 120, within: 100...2400)),
      ] + flash + [
        SignalModel("backlight_hours", .hoursOfUse(perDay: 6)),
        SignalModel("touch_recalibrations", .count(mean: 0.2)),
        SignalModel("camera_shutter_closed", .flag(share: 0.3)),
      ],
      modes: [
        .wifiDropout, ModeModel(id: "ghost-touch", dailyHazard: 0.001, event: "touch_ghost", threshold: 20, noise: 0.1),
        ModeModel(id: "display-dropout", dailyHazard: 0.0007, event: "display_link_loss", threshold: 3, noise: 0.02),
        .speakerDropout, .thermalShutdown, .worn, .rebootLoop,
      ],
      releases: [
        .before("2.2.0", day: -200), .before("2.3.0", day: -90), .staged("2.4.0", day(30), day(40), day(55)),
      ])
    let cube = ProductModel(
      product: "fire-tv-cube-3", prefix: "FTC3", share: 0.05,
      signals: radio + [
        SignalModel("uplink", .word(["wifi", "ethernet"])), SignalModel("soc_temp_c", .temperature(mean: 59)),
        SignalModel("fan_rpm", .level(mean: 2400, spread: 300, within: 900...5200)),
        SignalModel("thermal_throttle_s", .throttledSeconds),
        SignalModel("free_memory_mb", .level(mean: 700, spread: 90, within: 80...2000)),
      ] + flash + [
        SignalModel("hdmi_hpd_glitches", .count(mean: 0.4)), SignalModel("hdmi_hdcp_retries", .count(mean: 0.8)),
        SignalModel("hdmi_input_active", .flag(share: 0.5)),
      ],
      modes: [
        .hdmiCEC, .hdmiHandshake,
        ModeModel(id: "hdmi-input-loss", dailyHazard: 0.001, event: "hdmi_input_loss", threshold: 5, noise: 0.05),
        .bandSteering,
        ModeModel(
          id: "fan-failure", dailyHazard: 0.0003, event: "fan_stall", threshold: 3, noise: 0.005, refractoryDays: 30),
        .thermalShutdown, .worn, .rebootLoop,
      ],
      releases: [.before("4.0.0", day: -230), .before("4.1.0", day: -80)])
    return [echoDot, fireStick, echoShow, cube]
  }
}

extension ModeModel {
  static let wifiDropout = ModeModel(
    id: "wifi-dropout", dailyHazard: 0.0015, event: "wifi_disconnect", threshold: 6, noise: 0.25, environment: .radio)
  static let bandSteering = ModeModel(
    id: "wifi-band-steering", dailyHazard: 0.0015, event: "wifi_band_flap", threshold: 8, noise: 0.2,
    environment: .radio)
  static let thermalShutdown = ModeModel(
    id: "thermal-shutdown", dailyHazard: 0.0005, event: "thermal_shutdown", threshold: 1, environment: .heat,
    reboots: true)
  static let speakerDropout = ModeModel(
    id: "speaker-dropout", dailyHazard: 0.001, event: "audio_underrun", threshold: 10, noise: 0.2)
  static let rebootLoop = ModeModel(
    id: "reboot-loop", dailyHazard: 0.001, event: "watchdog_reboot", threshold: 3, noise: 0.01, reboots: true)
  static let hdmiCEC = ModeModel(
    id: "hdmi-cec-failure", dailyHazard: 0.0015, event: "hdmi_cec_timeout", threshold: 3, noise: 0.08)
  static let hdmiHandshake = ModeModel(
    id: "hdmi-handshake", dailyHazard: 0.0015, event: "hdmi_handshake_failure", threshold: 3, noise: 0.05,
    infantFactor: 1.3)
  static let worn = ModeModel(
    id: "emmc-wear-out", dailyHazard: 0.0002, event: "emmc_io_error", threshold: 5, noise: 0.003, refractoryDays: 90,
    environment: .wear, isPermanent: true)
}
