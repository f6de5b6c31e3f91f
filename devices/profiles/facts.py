"""What generate.py has to know of a device besides its registers: limits, identity, what it bills.

Moduli: where a maker does not say at which number a counter starts again, it is the width of the
register or more. A return to 0 before it is then no rollover but a reset, which somebody looks at.
"""

# Standard name of a point, and how the table of registers calls it.
NAMES = (("energy_import", "energy_active_import"), ("energy_export", "energy_active_export"),
         ("energy_total", "energy_active_total"))
SCALES = {"per_M31": "m3", "pulse": "count", "division": "g"}
BASE = {"kWh": 1000, "W": 1, "kW": 1000, "V": 1000, "A": 1000, "Hz": 1000, "1": 1000, "%": 10,
        "VA": 1, "kVA": 1000, "var": 1, "kvar": 1000, "kVAh": 1000, "kvarh": 1000, "deg": 1000,
        "degC": 1000, "m3/h": 1_000_000, "m/s": 1_000_000, "m3": 1_000_000, "h": 3600, "rpm": 1,
        "count": 1, "flag": 1}

# Rows that no point comes of.
LEFT_OUT = {("schneider_iem3155", "id_meter_model"), ("schneider_iem3155", "id_serial_number"),
            ("schneider_iem3255", "id_meter_model"), ("schneider_iem3255", "id_serial_number"),
            ("socomec_countis_e2x_e3x_diris_a10", "id_magic"),
            ("socomec_countis_e2x_e3x_diris_a10", "id_product"),
            ("pzem_004t_v3", "reset_energy"), ("pzem_016", "reset_energy"),
            ("tuf_2000m_water", "water_total_forward_frac"),
            ("tuf_2000m_water", "water_total_reverse_frac")}

POINTS = {
    ("tuf_2000m_water", "water_total_forward_int"): {
        "name": "water_total_forward", "fraction": {"address": 10, "type": "f32"}},
    ("tuf_2000m_water", "water_total_reverse_int"): {
        "name": "water_total_reverse", "fraction": {"address": 14, "type": "f32"}},
}

METER = {"max_regs": 80, "turnaround_ms": 30, "min_gap_ms": 5, "timeout_ms": 500}
DRIVE = {"max_regs": 10, "no_holes": True, "turnaround_ms": 20, "min_gap_ms": 5,
         "timeout_ms": 300}
EASTRON = ("The serial number printed on the case, an unsigned 32-bit number.",), {
    "fc": 3, "address": "0xFC00", "words": 2}
SCHNEIDER_SERIAL = ("The serial number, an unsigned 32-bit number.",), {
    "fc": 3, "address": 129, "words": 2}
RESETTABLE = "The counter can be set to 0 by anybody on the bus: nothing here is billed."
RATIO = ("Power, current and energy are as the meter shows them: ratios it has not been told of go",
         "into the configuration.")
DRIVE_NOTE = ("What a drive says of its output is evidence that the machine runs, and no meter.",)


def schneider_model(text):
    return ("The model, as text.",), {"fc": 3, "address": 49, "words": 20, "text": text}


DEVICES = {
    "eastron_sdm230": dict(
        about=["Eastron SDM230, single phase. Input registers, float32, high word first."],
        maker="Eastron", models=["SDM230-Modbus"], limits=METER, identity=EASTRON,
        modulus="1000000", bills="energy_import"),
    "eastron_sdm72dm_v2": dict(
        about=["Eastron SDM72D-M version 2, three phases. Reads of more than about 60 registers",
               "are refused."],
        maker="Eastron", models=["SDM72D-M v2"], limits=METER | {"max_regs": 60},
        identity=EASTRON, modulus="10000000", bills="energy_import"),
    "schneider_iem3155": dict(
        about=["Schneider iEM3155, three phases, direct. The registers of Schneider's lists are",
               "one higher than the addresses here. Energy is billed from whole watt-hours."],
        maker="Schneider Electric", models=["iEM3155"], limits=METER,
        identity=SCHNEIDER_SERIAL, model=schneider_model("iEM3155"),
        modulus="1000000000", bills="energy_import"),
    "schneider_iem3255": dict(
        about=["Schneider iEM3255, three phases, behind current transformers. The registers of",
               "Schneider's lists are one higher than the addresses here. Energy is billed from",
               "whole watt-hours.", *RATIO],
        maker="Schneider Electric", models=["iEM3255"], limits=METER,
        identity=SCHNEIDER_SERIAL, model=schneider_model("iEM3255"),
        modulus="1000000000", bills="energy_import", transformed=True),
    "schneider_pm2120_pm2220_em6400ng": dict(
        about=["Schneider PM2120, PM2220 and EM6400NG, three phases. Energy is billed from whole",
               "watt-hours. The power factor is in Schneider's four quadrants: beyond 1 it means",
               "2 - x, below -1 it means -2 - x.", *RATIO],
        maker="Schneider Electric", models=["PM2120", "PM2220", "EM6400NG"], limits=METER,
        modulus="1000000000", bills="energy_import", transformed=True),
    "schneider_pm5350_pm5560": dict(
        about=["Schneider PM5350 and PM5560, three phases, by the list of the PM2000 series, which",
               "has the same convention. The power factor is in Schneider's four quadrants:",
               "beyond 1 it means 2 - x, below -1 it means -2 - x.", *RATIO],
        maker="Schneider Electric", models=["PM5350", "PM5560"], limits=METER,
        modulus="1000000000", bills="energy_import", transformed=True),
    "selec_mfm383a": dict(
        about=["Selec MFM383A, three phases. Input registers, float32. The order of the words is",
               "set on the meter: where frequency and voltage make no sense, a copy of this file",
               "with order = \"little\" does.", *RATIO],
        maker="Selec", models=["MFM383A"], limits=METER | {"max_regs": 60},
        modulus="10000000", bills="energy_total", transformed=True),
    "selec_mx300": dict(
        about=["Selec MX300, single phase, without a register of energy. The order of the words",
               "is set on the meter: 0 in cfg_word_order is low word first."],
        maker="Selec", models=["MX300"], limits=METER),
    "selec_em2m": dict(
        about=["Selec EM2M, single phase. Input registers, float32, low word first."],
        maker="Selec", models=["EM2M-1P-C-100A"], limits=METER | {"max_regs": 34},
        modulus="1000000", bills="energy_import"),
    "abb_m1m12": dict(
        about=["ABB M1M 12, three phases. float32, low word first, energy in Wh.", *RATIO],
        maker="ABB", models=["M1M 12"], limits=METER, modulus="10000000",
        bills="energy_import", transformed=True),
    "elmeasure_lg6400": dict(
        about=["Elmeasure LG6400, three phases, by the layout of its sibling, ABB's M1M 12: low",
               "word first, energy in Wh. Voltage and frequency tell the order of the words.",
               *RATIO],
        maker="Elmeasure", models=["LG6400"], limits=METER, modulus="10000000",
        bills="energy_import", transformed=True),
    "lt_wl4405": dict(
        about=["L&T WL4405, three phases. Everything here comes from one data sheet read at",
               "second hand, so no counter is marked for billing: a copy of this file may be,",
               "once a bench has shown type, order and scale to be right.", *RATIO],
        maker="L&T", models=["WL4405"], limits=METER, modulus="4294967.296",
        transformed=True),
    "carlo_gavazzi_em24_rs485": dict(
        about=["Carlo Gavazzi EM24 on a serial line. int32, low word first. Long reads are",
               "refused by older ones.", *RATIO],
        maker="Carlo Gavazzi", models=["EM24-DIN RS485"], limits=METER | {"max_regs": 10},
        modulus="214748364.8", bills="energy_import", transformed=True),
    "carlo_gavazzi_em24_e1_tcp": dict(
        about=["Carlo Gavazzi EM24 E1 on Ethernet. int32, low word first; energy is elsewhere",
               "than in the EM24 on a serial line.", *RATIO],
        maker="Carlo Gavazzi", models=["EM24-DIN E1"], limits=METER | {"max_regs": 50},
        modulus="214748364.8", bills="energy_import", transformed=True),
    "carlo_gavazzi_em330_em340": dict(
        about=["Carlo Gavazzi EM330 (behind transformers) and EM340 (direct). int32, low word",
               "first.", *RATIO],
        maker="Carlo Gavazzi", models=["EM330", "EM340"], limits=METER | {"max_regs": 50},
        modulus="214748364.8", bills="energy_import", transformed=True),
    "abb_b23": dict(
        about=["ABB B23, three phases, direct. A value the meter does not have is all ones, or",
               "the largest number of a signed register."],
        maker="ABB", models=["B23"], limits=METER | {"max_regs": 60}, modulus="1000000000",
        bills="energy_import",
        sentinels={"u16": [0xFFFF], "s16": [0x7FFF], "u32": [0xFFFFFFFF], "s32": [0x7FFFFFFF],
                   "u64": [-1]}),
    "chint_dtsu666": dict(
        about=["Chint DTSU666, three phases. float32 with a scale, energy without one.", *RATIO],
        maker="Chint", models=["DTSU666"], limits=METER | {"max_regs": 60},
        modulus="10000000", bills="energy_import", transformed=True),
    "chint_ddsu666": dict(
        about=["Chint DDSU666, single phase. float32 without a scale; functions 3 and 4 both",
               "read it."],
        maker="Chint", models=["DDSU666"], limits=METER | {"max_regs": 60}, modulus="1000000",
        bills="energy_import"),
    "pzem_004t_v3": dict(
        about=["Peacefair PZEM-004T version 3, single phase.", RESETTABLE,
               "Sources disagree by ten on the scale of energy: to be confirmed on the bench."],
        maker="Peacefair", models=["PZEM-004T v3"],
        limits=METER | {"max_regs": 10, "turnaround_ms": 60}, modulus="10000"),
    "pzem_016": dict(
        about=["Peacefair PZEM-016, single phase.", RESETTABLE,
               "Sources disagree by ten on the scale of energy: to be confirmed on the bench."],
        maker="Peacefair", models=["PZEM-014", "PZEM-016"],
        limits=METER | {"max_regs": 10, "turnaround_ms": 60}, modulus="10000"),
    "socomec_countis_e2x_e3x_diris_a10": dict(
        about=["Socomec Countis E2x to E4x and Diris A10. The Diris A10 counts energy by another",
               "scale: a copy of this file is needed for it, and its counters are to be confirmed",
               "on the bench.", *RATIO],
        maker="Socomec", models=["Countis E23", "Countis E24", "Countis E33", "Countis E44"],
        limits=METER | {"max_regs": 60, "no_holes": True},
        identity=(("Every Socomec says \"SOCO\" here.",),
                  {"fc": 3, "address": 50000, "words": 4, "expect": [0x53, 0x4F, 0x43, 0x4F]}),
        modulus="42949672.96", bills="energy_import", transformed=True),
    "circutor_cvm_c11": dict(
        about=["Circutor CVM-C11, three phases. At most 40 registers a read. Its counters show",
               "whole kilowatt-hours, too coarse for what one session uses: none is billed.",
               *RATIO],
        maker="Circutor", models=["CVM-C11"], limits=METER | {"max_regs": 40},
        modulus="1000000000", transformed=True),
    "acrel_adw300": dict(
        about=["Acrel ADW300, three phases, behind current transformers.", *RATIO],
        maker="Acrel", models=["ADW300"], limits=METER | {"max_regs": 60},
        modulus="21474836.48", bills="energy_import", transformed=True),
    "tuf_2000m_water": dict(
        about=["TUF-2000M ultrasonic flow meter. A total is an integer and a float below one,",
               "low word first, in the unit and by the multiplier set on the meter."],
        maker="TUF", models=["TUF-2000M", "TUF-2000F"], limits=METER,
        identity=(("Cubic metres, and a multiplier of one (registers 1438 and 1439 of the manual):",
                   "by other settings every total means something else, and is not believed.",
                   "To be confirmed on the bench."),
                  {"fc": 3, "address": 1437, "words": 2, "expect": [0, 3]})),
    "wirenboard_wb_mcm8_pulse": dict(
        about=["Wiren Board WB-MCM8, eight counters of pulses: what a pulse is worth is known to",
               "whoever installed the meter. Whether they outlive a power cut is to be confirmed."],
        maker="Wiren Board", models=["WB-MCM8"], limits=METER),
    "delta_ms300": dict(
        about=["Delta MS300 drive. The decimals of the current follow the high byte of 0x211F; two",
               "are assumed.", *DRIVE_NOTE],
        maker="Delta", models=["MS300"], limits=DRIVE),
    "delta_vfd_e_el": dict(
        about=["Delta VFD-E and VFD-EL drives.", *DRIVE_NOTE],
        maker="Delta", models=["VFD-E", "VFD-EL"], limits=DRIVE),
    "invt_gd20_gd200a": dict(
        about=["INVT GD20 and GD200A drives. Some manuals give the voltage of the bus in whole",
               "volts.", *DRIVE_NOTE],
        maker="INVT", models=["GD20", "GD200A"], limits=DRIVE),
    "danfoss_fc51": dict(
        about=["Danfoss VLT Micro FC 51 drive. Bit 11 of the status word says that it runs.",
               *DRIVE_NOTE],
        maker="Danfoss", models=["FC 51"], limits=DRIVE,
        more=[{"name": "running", "kind": "state", "fc": 3, "address": 50199, "type": "bits",
               "bit": 11, "unit": "flag"}]),
    "delta_dvp_es2": dict(
        about=["Delta DVP-ES2 controller: M is at 2048, Y at 1280, X at 1024 (function 2), D at",
               "4096."],
        maker="Delta", models=["DVP-ES2"],
        limits={"max_regs": 64, "turnaround_ms": 20, "timeout_ms": 300},
        relay=(("M0 to M7 let the machines run. D0 is the watchdog, and the program in the",
                "controller must do its part: count D0 down every tenth of a second, start again",
                "from what was written at each message, and reset M0 to M7 when it reaches 0."),
               {"channels": 8, "coil": 2048, "watchdog": "register", "required": True,
                "address": 4096, "unit_ms": 100, "max": 32767})),
}
