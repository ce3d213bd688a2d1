using System.Globalization;
using System.Text;
using PeerReplica.Escrow;
using PeerReplica.Replication;

namespace PeerReplica.Testing.Checking;

/// <summary>How often each fault really happened to a run in each phase of the protocol, so that seeds that hold mean something. Not thread-safe.</summary>
internal sealed class FaultCounts
{
    private static readonly ProtocolPhase[] s_phases = [.. Enum.GetValues<ProtocolPhase>().Where(p => p != ProtocolPhase.None)];
    private static readonly FaultKind[] s_kinds = Enum.GetValues<FaultKind>();

    private readonly long[,] _counts = new long[s_kinds.Length, s_phases.Length];
    private readonly long[] _all = new long[s_kinds.Length];

    public long this[FaultKind kind, ProtocolPhase phase] => _counts[(int)kind, Array.IndexOf(s_phases, phase)];

    /// <summary>Counts a fault for each phase that a run is in; null where no run is concerned.</summary>
    public void Add(FaultKind kind, SimulatedRun? run)
    {
        if (run is not null) Add(kind, PhasesOf(run));
    }

    public void Add(FaultKind kind, ProtocolPhase phases)
    {
        _all[(int)kind]++;
        for (var i = 0; i < s_phases.Length; i++)
        {
            if ((phases & s_phases[i]) != 0) _counts[(int)kind, i]++;
        }
    }

    public void Add(FaultCounts other)
    {
        for (var kind = 0; kind < s_kinds.Length; kind++)
        {
            _all[kind] += other._all[kind];
            for (var phase = 0; phase < s_phases.Length; phase++) _counts[kind, phase] += other._counts[kind, phase];
        }
    }

    /// <summary>The cells in which nothing happened.</summary>
    public IEnumerable<(FaultKind Kind, ProtocolPhase Phase)> Empty() =>
        from kind in s_kinds from phase in s_phases where this[kind, phase] == 0 select (kind, phase);

    public override string ToString()
    {
        var table = new StringBuilder("fault         ");
        foreach (var phase in s_phases) table.Append(CultureInfo.InvariantCulture, $"{phase,11}");
        table.Append("        all");
        foreach (var kind in s_kinds)
        {
            table.Append(CultureInfo.InvariantCulture, $"\n{kind,-14}");
            foreach (var phase in s_phases) table.Append(CultureInfo.InvariantCulture, $"{this[kind, phase],11:N0}");
            table.Append(CultureInfo.InvariantCulture, $"{_all[(int)kind],11:N0}");
        }

        return table.ToString();
    }

    public static ProtocolPhase PhasesOf(SimulatedRun run)
    {
        if (!run.Node.Host.IsStarted) return ProtocolPhase.Handshake;
        var core = run.Node.Host.Core;
        var phases = PhasesOfLinks(core) | PhasesOfEscrow(core);
        return run.Node.State == ReplicaState.Stopping ? phases | ProtocolPhase.Leave : phases;
    }

    private static ProtocolPhase PhasesOfLinks(ReplicaCore core)
    {
        var phases = ProtocolPhase.None;
        foreach (var target in core.Targets)
        {
            if (target.DialId != 0) phases |= ProtocolPhase.Handshake;
        }

        foreach (var link in core.LinksInOrder)
        {
            if (link.Phase == LinkPhase.Hello) phases |= ProtocolPhase.Handshake;
            else if (link.Transfer is not null || link.IsStaging) phases |= ProtocolPhase.Transfer;
            else if (link.IsOpen && link.Window.Outstanding > 0) phases |= ProtocolPhase.Deltas;
        }

        return phases;
    }

    private static ProtocolPhase PhasesOfEscrow(ReplicaCore core)
    {
        var engine = core.Escrow;
        if (!engine.IsActive || !engine.View.IsFormed) return ProtocolPhase.None;
        var phases = ProtocolPhase.None;
        foreach (var account in engine.Accounts)
        {
            if (IsAsking(engine.View, account.Port.Name, core.Self)) phases |= ProtocolPhase.Escrow;
        }

        if (engine.AccountConsensus.Own.Accepted != Ballot.None) return phases | ProtocolPhase.Accept;
        return engine.AccountConsensus.Own.Promised != Ballot.None ? phases | ProtocolPhase.Prepare : phases;
    }

    private static bool IsAsking(EscrowView view, EscrowName name, ReplicaId self)
    {
        var record = view.AccountOf(name, self);
        return record.Want > 0 || record.UpWant > 0 || record.Stock > 0 || record.Requests.Length > 0 || record.Since > view.AckedOf(self);
    }
}
