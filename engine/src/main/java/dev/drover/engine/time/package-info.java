/**
 * Waits. A wait is measured with a {@link dev.drover.engine.time.Ticker}, which no clock moves; a
 * {@link java.time.Clock} is for people and for the protocol. The two are two types, so that a
 * comparison of one with the other does not compile.
 */
package dev.drover.engine.time;
