package dev.drover.fleet.device;

import java.time.Instant;
import java.util.Optional;

/**
 * What a device says of itself now and then.
 *
 * @param made when it said so
 * @param status how it is, in its dialect's word
 * @param firmware what runs on it, when it says so
 * @param json the whole report
 */
public record DeviceReport(Instant made, String status, Optional<String> firmware, String json) {}
