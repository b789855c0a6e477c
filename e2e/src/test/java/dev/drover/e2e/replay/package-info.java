/** Exchanges that an earlier build has answered, asked again of this one. */
package dev.drover.e2e.replay;
