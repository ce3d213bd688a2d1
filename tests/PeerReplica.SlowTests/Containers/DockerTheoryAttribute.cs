namespace PeerReplica.SlowTests.Containers;

/// <summary>A test with cases that is skipped, with the reason and the command that installs Docker, where containers cannot run.</summary>
internal sealed class DockerTheoryAttribute : TheoryAttribute
{
    public DockerTheoryAttribute() => Skip = Docker.WhyNot;
}
