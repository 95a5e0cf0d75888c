"""Types that the practice of practice.py has made for itself."""

LOCKER = """type: object
required: [label]
properties:
  label: {type: string, maxLength: 40}
  code: {type: string, maxLength: 40}
  holder: {type: string, maxLength: 40, x-crm: {ref: {type: member, by: key}}}
x-crm: {type: locker, name: label, merge: record}
"""
METER = """type: object
required: [label]
properties:
  label: {type: string, maxLength: 40}
  highest: {type: integer, x-crm: {merge: max}}
  lowest: {type: number, x-crm: {merge: min}}
  state: {type: string, maxLength: 10, enum: [new, used, worn, broken, sold]}
  wanted: {type: array, maxItems: 20, items: {type: string, maxLength: 20}}
x-crm:
  type: meter
  name: label
  states: {field: state, moves: {new: [used], used: [worn, broken], worn: [broken, sold], broken: [used], sold: []}}
"""
# A type that people invent meanwhile, and cannot agree on: its field is unknown, of this rule, of that one, or part of the whole.
BOX = """type: object
properties:
  label: {{type: string, maxLength: 40}}
{mixed}x-crm: {{type: box, folder: boxes, name: label{whole}}}
"""
MIXED = ["", "  mixed: {type: string, maxLength: 40}\n", "  mixed: {type: string, maxLength: 40, x-crm: {merge: review}}\n",
         "  mixed: {type: string, maxLength: 40, x-crm: {group: both}}\n  other: {type: string, maxLength: 40, x-crm: {group: both}}\n"]
