/** All rules of the house together, over a whole repository. */
package dev.drover.flows.check;
