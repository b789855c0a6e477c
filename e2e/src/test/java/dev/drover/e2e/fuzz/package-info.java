/** Random input for each parser of bytes that come from outside. */
package dev.drover.e2e.fuzz;
