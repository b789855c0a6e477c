/** Requests to central and how they go: {@code 08-central-reads}, {@code 08-central-away}. */
package dev.drover.orchestrator.central;
