/** The mall as a whole: {@code 04-heartbeat}, {@code 05-operations}, {@code 07-housekeeping}. */
package dev.drover.orchestrator.mall;
