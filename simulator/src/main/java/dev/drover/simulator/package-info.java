/**
 * The simulated mall of a demonstration: its operator, its beacons, and the line to central that
 * can be cut.
 */
package dev.drover.simulator;
