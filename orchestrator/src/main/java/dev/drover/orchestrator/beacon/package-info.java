/** Beacons at their mall (document 1, sections 6 and 8.1): who they are, and what they report. */
package dev.drover.orchestrator.beacon;
