using System.Runtime.CompilerServices;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>Which numbers a replica's state refers to, for each origin: a bit for each.</summary>
internal sealed class References
{
    private readonly ulong[] _marks = new ulong[ModelState.Slots];
    private readonly ulong[] _entries = new ulong[ModelState.Slots];
    private readonly int[] _places = new int[ModelState.Slots];
    private readonly int[] _certain = new int[ModelState.Slots];

    public References(ModelReplica replica)
    {
        var copy = replica.Copy();
        copy.Rename(new Renaming(Note, Note));
        var (view, own) = (replica.Engine.View, replica.Engine.AccountConsensus.Own);
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            var id = ModelWorld.IdOf(slot);
            _certain[slot] = (int)Math.Min(Math.Min(view.SinceOf(id), ViewInternals.AckedOf(view).GetValueOrDefault(id)), own.AckOf(id));
        }

        IsBound = view.IsBound;
        BootstrapId = view.BootstrapId;
        Slot = view.Slot;
        foreach (var record in view.ConsensusRecords.Values)
        {
            if (record.AcceptedValue is not null || record.ProposedValue is not null) OpenSlot = Math.Max(OpenSlot, (long)record.Slot);
        }
    }

    /// <summary>Whether it goes by its bootstrap for good.</summary>
    public bool IsBound { get; }

    public ReplicaId BootstrapId { get; }

    public ulong Slot { get; }

    /// <summary>The last number for which it knows of a proposal; -1 when of none.</summary>
    public long OpenSlot { get; } = -1;

    /// <summary>The marks in an origin's accounts.</summary>
    public ulong Marks(int origin) => _marks[origin];

    /// <summary>Up to where everything of an origin's is contained, acknowledged, and was acknowledged by this replica itself.</summary>
    public int Certain(int origin) => _certain[origin];

    /// <summary>Up to where an origin's writes are contained.</summary>
    public int Place(int origin) => _places[origin];

    /// <summary>The writes of an origin's that are contained and not superseded.</summary>
    public ulong Entries(int origin) => _entries[origin];

    private ulong Note(ReplicaId owner, ulong mark)
    {
        _marks[ModelWorld.SlotOf(owner)] |= Bit(mark);
        return mark;
    }

    private PublishedRecords Note(ReplicaId origin, PublishedRecords published)
    {
        var slot = ModelWorld.SlotOf(origin);
        _ = Bit(published.Sequence);
        _places[slot] = (int)published.Sequence;
        foreach (var entry in published.Entries) _entries[slot] |= Bit(entry.Sequence);
        return published;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bit(ulong number) => number < 64 ? 1UL << (int)number : throw new InvalidOperationException("more numbers than bits");
}
