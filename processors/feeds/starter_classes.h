// The classes of incidents that a new configuration and the made-up town begin with, as
// classes.yaml.
#pragma once

namespace lagesbild::feeds {

inline constexpr char kStarterClasses[] =
    R"(# What can happen. Raise `version` with every change: a running service takes only a higher one.
version: 1
families:           # a count of a family is the sum over its classes and the families below it
  violence: {}
  grave-violence: {parent: violence}
  property: {}
  disorder: {}
  fire: {}
  other: {}
classes:            # merge: two reports may describe one incident within this time and distance; 0 is never
  shooting:          {family: grave-violence, grave: true, merge: {minutes: 30, metres: 150}}
  explosion:         {family: grave-violence, grave: true, merge: {minutes: 30, metres: 150}}
  homicide:          {family: grave-violence, grave: true, merge: {minutes: 120, metres: 150}}
  assault:           {family: violence, merge: {minutes: 30, metres: 150}}
  knife-fight:       {family: violence, merge: {minutes: 30, metres: 150}}
  robbery:           {family: violence, merge: {minutes: 30, metres: 150}}
  threat:            {family: violence, merge: {minutes: 30, metres: 50}}
  vandalism:         {family: property, merge: {minutes: 0, metres: 0}}
  burglary-dwelling: {family: property, merge: {minutes: 0, metres: 0}}
  burglary-storage:  {family: property, merge: {minutes: 0, metres: 0}}
  theft:             {family: property, merge: {minutes: 0, metres: 0}}
  disturbance:       {family: disorder, merge: {minutes: 60, metres: 150}}
  drugs:             {family: disorder, merge: {minutes: 60, metres: 50}}
  arson:             {family: fire, merge: {minutes: 60, metres: 150}}
  vehicle-fire:      {family: fire, merge: {minutes: 60, metres: 150}}
  other:             {family: other, merge: {minutes: 0, metres: 0}}
)";

}  // namespace lagesbild::feeds
