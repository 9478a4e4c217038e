"""Tasks as environments of Gymnasium: importing this makes every task known as `hebbax/NAME-v0`.

>>> import gymnasium
>>> import hebbax.environments
>>> gymnasium.spec("hebbax/Go1Walk-v0").kwargs
{'task': 'go1_walk'}
"""

from hebbax.environments.environment import Environment as Environment
from hebbax.environments.registration import environment_id as environment_id
from hebbax.environments.registration import register_environments as register_environments
from hebbax.environments.vector import VectorEnvironment as VectorEnvironment

register_environments()
