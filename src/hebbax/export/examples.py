"""Files that go with an export to begin from: loops for boards, a check that runs anywhere, a node of ROS 2."""

from __future__ import annotations

from hebbax.export.description import Description, Quantity
from hebbax.export.manifest import Manifest


def example_loop(found: Description) -> str:
    """Return a loop for Arduino, Zephyr and a computer, in C."""
    name, big = found.name, found.name.upper()
    signal = f"    float signal[{big}_SIGNALS] = {{{{0.0f}}}};\n" if found.signals else ""
    return f"""\
/* A control loop for Arduino, Zephyr or a computer: fill in read_observation and send_action.

Arduino: put this file, {name}.h and {name}.c into the folder of a sketch that may be empty.
Zephyr: add both .c files with target_sources in CMakeLists.txt. */
#include "{name}.h"

#if defined(ARDUINO)
#include <Arduino.h>
static uint32_t milliseconds(void) {{ return (uint32_t)millis(); }}
#elif defined(__ZEPHYR__)
#include <zephyr/kernel.h>
static uint32_t milliseconds(void) {{ return k_uptime_get_32(); }}
#else
#include <time.h>
static uint32_t milliseconds(void) {{ return (uint32_t)((double)clock() * 1000.0 / CLOCKS_PER_SEC); }}
#endif

#define PERIOD {_milliseconds(found)}u /* ms */

static {name} controller;

static void read_observation(float *observation)
{{
    int i;
    for (i = 0; i < {big}_OBSERVATIONS; ++i) observation[i] = 0.0f;
{_listed(found.observations, "observation")}
}}

static void send_action(const float *action)
{{
    (void)action;
{_listed(found.actions, "action")}
}}

void setup(void);
void loop(void);

void setup(void) {{ {name}_start(&controller, 1u); }}

void loop(void)
{{
    static uint32_t due = 0u;
    float observation[{big}_OBSERVATIONS], action[{big}_ACTIONS];
{signal}    while ((uint32_t)(milliseconds() - due) >= UINT32_C(0x80000000)) {{
        /* It is not due yet. The difference is that of a clock that begins again at zero after 49 days. */
    }}
    due += PERIOD;
    read_observation(observation);
    if ({name}_step(&controller, observation{", signal" if found.signals else ""}, action) == {big}_DIVERGED) {{
        {name}_start(&controller, 1u); /* a new life; stop the robot first, if it is one that can fall */
    }}
    send_action(action);
}}

#if !defined(ARDUINO)
int main(void)
{{
    int ticks;
    setup();
    for (ticks = 0; ticks < 10; ++ticks) loop(); /* for ever on a robot */
    return 0;
}}
#endif
"""


def _milliseconds(found: Description) -> int:
    return max(1, round(1000.0 * found.control_period))


def _listed(quantities: tuple[Quantity, ...], what: str) -> str:
    lines = []
    for one in quantities:
        places = f"[{one.at}]" if one.size == 1 else f"[{one.at}] to [{one.at + one.size - 1}]"
        lines.append(f"    /* {what}{places}: {one.name}{f', {one.unit}' if one.unit else ''} */")
    return "\n".join(lines)


def check_program(found: Description, manifest: Manifest, vector_file: str) -> str:
    """Return a program that runs a test vector of text, in C."""
    name, big = found.name, found.name.upper()
    hears = bool(found.signals)
    return f"""\
/* Runs {vector_file} through the controller: cc -std=c99 check.c {name}.c -lm && ./a.out {vector_file} */
#include "{name}.h"

#include <math.h>
#include <stdio.h>

static {name} controller;

static int read_numbers(FILE *file, float *numbers, int count)
{{
    int i;
    for (i = 0; i < count; ++i) {{
        if (fscanf(file, "%f%*[,\\n]", &numbers[i]) != 1) return 0;
    }}
    return 1;
}}

int main(int count, char **arguments)
{{
    static float observation[{big}_OBSERVATIONS], expected[{big}_ACTIONS], action[{big}_ACTIONS];
{"    static float signal[" + big + "_SIGNALS];" + chr(10) if hears else ""}\
    FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
    float largest = 0.0f;
    int ticks = 0, i, sign;
    if (file == NULL) return 2;
    while ((sign = fgetc(file)) != '\\n' && sign != EOF) {{
        /* the names of the columns */
    }}
    {name}_start(&controller, {manifest.seed}u);
    while (read_numbers(file, observation, {big}_OBSERVATIONS)) {{
{"        if (!read_numbers(file, signal, " + big + "_SIGNALS)) break;" + chr(10) if hears else ""}\
        if (!read_numbers(file, expected, {big}_ACTIONS)) break;
        if ({name}_step(&controller, observation{", signal" if hears else ""}, action) != {big}_FINE) break;
        for (i = 0; i < {big}_ACTIONS; ++i) {{
            const float difference = fabsf(action[i] - expected[i]);
            if (!(difference <= largest)) largest = difference;
        }}
        ++ticks;
    }}
    fclose(file);
    printf("%d ticks, largest difference %g, %lu bytes of RAM\\n", ticks, (double)largest,
        (unsigned long)sizeof controller);
    return ticks > 0 && largest <= {manifest.tolerance:g}f ? 0 : 1;
}}
"""


def ros2_node(found: Description, manifest: Manifest) -> str:
    """Return a node of ROS 2 around hebbax's own controller, in Python."""
    reward = ", reward=0.0  # what came of the action before" if found.signals else ""
    return f'''\
"""A node of ROS 2 that runs the controller: it hears `observation`, and tells `action` once every control period.

Both are lists of numbers in the order of README.md. It needs hebbax and rclpy.
"""

import hebbax
import rclpy
from rclpy.node import Node
from std_msgs.msg import Float32MultiArray

RUN = {manifest.run!r}
OBSERVATIONS, ACTIONS, PERIOD = {found.observation_size}, {found.action_size}, {found.control_period!r}  # s


class ControllerNode(Node):
    def __init__(self):
        super().__init__("{found.name}")
        self.controller = hebbax.StoredRun.open(RUN).live_controller({found.genome!r})
        self.controller.start(seed={manifest.seed})
        self.observation = None
        self.actions = self.create_publisher(Float32MultiArray, "action", 1)
        self.create_subscription(Float32MultiArray, "observation", self.see, 1)
        self.create_timer(PERIOD, self.tick)

    def see(self, message):
        self.observation = list(message.data)

    def tick(self):
        if self.observation is None:
            return  # nothing has been seen yet
        try:
            action = self.controller.act(
                self.observation{reward}
            )
        except hebbax.HebbaxError as error:  # what was seen is not finite, or of another size
            self.get_logger().error(str(error))
            self.controller.start(seed={manifest.seed})
            action = [0.0] * ACTIONS
        self.actions.publish(Float32MultiArray(data=[float(number) for number in action]))


def main():
    rclpy.init()
    rclpy.spin(ControllerNode())


if __name__ == "__main__":
    main()
'''
