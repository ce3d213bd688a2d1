using System.Runtime.CompilerServices;

namespace PeerReplica.Tests.Wire;

/// <summary>A fact that needs python3-msgpack. Where it is missing the test's name says so: runners hide a skip's reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MsgpackFactAttribute : FactAttribute
{
    public MsgpackFactAttribute([CallerMemberName] string name = "")
    {
        if (Msgpack.Missing is not { } missing) return;
        Skip = missing;
        DisplayName = $"{name}: {missing}";
    }
}
