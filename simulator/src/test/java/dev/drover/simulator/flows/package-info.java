/** One test for each flow file of the simulated mall. */
package dev.drover.simulator.flows;
