/**
 * Beacons at their mall (document 1, sections 6 and 8.1): {@code 16-beacons}, {@code
 * 17-beacons-mqtt}, {@code 18-revocation}.
 */
package dev.drover.orchestrator.beacon;
