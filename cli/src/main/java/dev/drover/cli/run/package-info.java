/** Runs central, an orchestrator and the simulated mall as child processes. */
package dev.drover.cli.run;
