namespace PeerReplica.SlowTests.Escrow;

/// <summary>What can happen next.</summary>
internal enum ActionKind : byte
{
    /// <summary>Learns all that another knows; does what is due.</summary>
    Learn,

    /// <summary>Learns, and does nothing yet.</summary>
    Meet,

    /// <summary>Does what is due.</summary>
    Tend,

    /// <summary>Does what is due when it is its turn to propose.</summary>
    Propose,
    Take,
    Return,

    /// <summary>A take finds nothing and does not wait.</summary>
    Miss,

    /// <summary>A return waits for the right to return.</summary>
    WaitToReturn,
    Grant,

    /// <summary>Stops spending, and asks the account consensus to pass on what is left.</summary>
    Leave,

    /// <summary>Says its last word.</summary>
    Retire,

    /// <summary>A take waits for a unit from elsewhere.</summary>
    Wait,
    DeclareDead,

    /// <summary>Declares it dead, knowing that its process has ended.</summary>
    DeclareEnded,
    WithdrawDeclaration,
    Crash,
    Restart,
    Cut,
    Heal,
}

/// <summary>Who does what, and with or to whom.</summary>
internal readonly record struct ModelAction(ActionKind ActionKind, sbyte Slot, sbyte Other = ModelState.None)
{
    public override string ToString() => Other == ModelState.None ? $"{Name(Slot)} {ActionKind}" : $"{Name(Slot)} {ActionKind} {Name(Other)}";

    private static string Name(sbyte slot) => slot < 0 ? "-" : ((char)('A' + slot)).ToString();
}
