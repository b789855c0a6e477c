/** The rows of the uplink in {@code mall.db}: numbers, states, bodies and what became of them. */
package dev.drover.orchestrator.uplink.store;
