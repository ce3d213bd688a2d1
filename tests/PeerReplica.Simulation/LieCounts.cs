using System.Globalization;
using System.Text;
using PeerReplica.Testing;
using PeerReplica.Testing.Checking;

namespace PeerReplica.Simulation;

/// <summary>How often each lie was really told, by what its listener was doing. Not thread-safe.</summary>
internal sealed class LieCounts
{
    private static readonly Lie[] s_lies = Enum.GetValues<Lie>();
    private static readonly ProtocolPhase[] s_phases =
        [ProtocolPhase.None, ProtocolPhase.Handshake, ProtocolPhase.Transfer, ProtocolPhase.Deltas, ProtocolPhase.Escrow, ProtocolPhase.Prepare, ProtocolPhase.Accept];

    private readonly long[,] _counts = new long[s_lies.Length, s_phases.Length];
    private readonly long[] _all = new long[s_lies.Length];

    public long this[Lie lie] => _all[(int)lie];

    public void Add(Lie lie, SimulatedRun listener)
    {
        _all[(int)lie]++;
        var phases = FaultCounts.PhasesOf(listener);
        if (phases == ProtocolPhase.None) _counts[(int)lie, 0]++;
        for (var i = 1; i < s_phases.Length; i++)
        {
            if ((phases & s_phases[i]) != 0) _counts[(int)lie, i]++;
        }
    }

    public void Add(LieCounts other)
    {
        for (var lie = 0; lie < s_lies.Length; lie++)
        {
            _all[lie] += other._all[lie];
            for (var phase = 0; phase < s_phases.Length; phase++) _counts[lie, phase] += other._counts[lie, phase];
        }
    }

    /// <summary>The lies that were never told.</summary>
    public IEnumerable<Lie> Untold() => s_lies.Where(lie => this[lie] == 0);

    public override string ToString()
    {
        var table = new StringBuilder("lie              ");
        foreach (var phase in s_phases) table.Append(CultureInfo.InvariantCulture, $"{(phase == ProtocolPhase.None ? "Idle" : phase),11}");
        table.Append("        all");
        foreach (var lie in s_lies)
        {
            table.Append(CultureInfo.InvariantCulture, $"\n{lie,-17}");
            for (var phase = 0; phase < s_phases.Length; phase++) table.Append(CultureInfo.InvariantCulture, $"{_counts[(int)lie, phase],11:N0}");
            table.Append(CultureInfo.InvariantCulture, $"{_all[(int)lie],11:N0}");
        }

        return table.ToString();
    }
}
